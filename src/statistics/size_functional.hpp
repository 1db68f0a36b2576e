// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace hidyn::statistics {

/// The weights a_j with which a coefficient of the fit
///
///     mean_j = c_0 + c_1/d_j + ... + c_degree/d_j^degree,   least squares with weights w_j,
///
/// is read off the means: c_order = sum_j a_j mean_j. The weights are fixed before the data are seen (that
/// the variance of a mean falls as 1/(R_j d_j) is known from theory), so each coefficient is one and the same
/// linear functional for every coordinate: its error follows from the replica variances, whatever they are,
/// and correlated coordinates can be judged together. Weights estimated from the data would save little and
/// cost both. Needs more than `degree` distinct sizes.
[[nodiscard]] std::vector<double> size_functional(std::span<const double> sizes,
                                                  std::span<const double> weights, int degree, int order);

[[nodiscard]] int distinct_sizes(std::span<const double> sizes);

}  // namespace hidyn::statistics
