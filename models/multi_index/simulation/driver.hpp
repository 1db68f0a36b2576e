// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "models/multi_index/multi_index.hpp"
#include "random/stream.hpp"

/// Which samples a step visits, and with what weight z_i in W <- W - eta sum_i z_i l'_i x~_i^T.
namespace hidyn::multi_index {

struct Visits {
    bool all = false;  ///< every sample; `samples` is empty
    std::vector<std::size_t> samples;
    std::vector<double> weights;  ///< one for each visit; empty: all are `common`
    double common = 1.0;

    [[nodiscard]] double weight(std::size_t visit) const { return weights.empty() ? common : weights[visit]; }
};

class Driver {
  public:
    virtual ~Driver() = default;
    /// The visits of the next step, valid until the next call.
    [[nodiscard]] virtual const Visits& draw() = 0;
    virtual void archive(Archive& archive) = 0;
};

/// The driver of the algorithm with n samples. `mean` is the mean of z_i in a step, delta / alpha; batches do
/// not need it.
[[nodiscard]] std::unique_ptr<Driver> make_driver(const Algorithm& algorithm, std::size_t samples,
                                                  double mean, random::StreamKey key);

}  // namespace hidyn::multi_index
