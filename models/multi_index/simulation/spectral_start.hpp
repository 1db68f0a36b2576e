// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "models/multi_index/simulation/data_set.hpp"

namespace hidyn::multi_index {

/// The start along the leading eigenvector of (1/n) sum_i T(sqrt(y_i / T)) x_i x_i^T, of norm |w|^2 = d Q;
/// NaN if it was not found. Its sign is as it comes: squares do not tell one from the other.
[[nodiscard]] Eigen::VectorXd spectral_start(const MultiIndex& problem, std::uint64_t d, const DataSet& data);

}  // namespace hidyn::multi_index
