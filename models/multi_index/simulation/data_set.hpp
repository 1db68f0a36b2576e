// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/aligned.hpp"
#include "models/multi_index/multi_index.hpp"
#include "random/stream.hpp"

namespace hidyn::multi_index {

/// The n samples of one replica: x~_i = x_i / sqrt(d) as rows padded with zeros, and their labels.
class DataSet {
  public:
    /// `teachers`: M weight rows, `stride` apart.
    DataSet(const MultiIndex& problem, std::uint64_t d, const random::StreamKey& key, const double* teachers);

    [[nodiscard]] std::size_t samples() const { return labels_.size(); }
    [[nodiscard]] std::size_t stride() const { return stride_; }
    [[nodiscard]] const double* row(std::size_t sample) const { return rows_.data() + sample * stride_; }
    [[nodiscard]] const std::vector<double>& labels() const { return labels_; }

    /// Memory of a data set, in bytes.
    [[nodiscard]] static double bytes(const MultiIndex& problem, std::uint64_t d);

  private:
    std::size_t stride_;
    AlignedVector rows_;
    std::vector<double> labels_;
};

}  // namespace hidyn::multi_index
