// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <memory>

#include "models/deep_linear/deep_linear.hpp"
#include "models/deep_linear/simulation/data_set.hpp"
#include "random/stream.hpp"

namespace hidyn::deep_linear {

/// The gradient of a batch as the product of all layers sees it: all of them share one.
class BatchGradient {
  public:
    virtual ~BatchGradient() = default;
    /// -dL/dW at W, of a batch drawn now.
    virtual void draw(const Eigen::MatrixXd& W, Eigen::MatrixXd& pull) = 0;
    virtual void archive(Archive& archive) = 0;
};

/// Batches of fresh samples of a teacher.
///   "direct"     real samples: 4 B d_o d_i flops
///   "reduced"    the same law whatever B: X^T X is a Wishart matrix, drawn by Bartlett's factor; B >= d_i
///   "projected"  only the diagonal of "direct" in the teacher's bases, so aligned weights stay aligned
[[nodiscard]] std::unique_ptr<BatchGradient> fresh_batches(const std::string& method,
                                                           const DeepLinear& problem,
                                                           const Eigen::MatrixXd& teacher,
                                                           const random::StreamKey& key);

/// Batches of a data set, without replacement.
[[nodiscard]] std::unique_ptr<BatchGradient> data_batches(const DataSet& data, std::uint64_t batch_size,
                                                          const random::StreamKey& key);

}  // namespace hidyn::deep_linear
