// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "models/deep_linear/mode_statistics.hpp"

namespace hidyn::deep_linear {

/// The largest `count` singular values of W, smallest first.
void largest_singular_values(const Eigen::MatrixXd& W, std::size_t count, std::vector<double>& into);

/// What an ensemble of singular values [level, member] reports at one time: their means and moments, the gaps
/// between neighbours, and densities of both.
void record_levels(const DeepLinear& problem, const Observables& report, const ModeSample& sample,
                   const Slot& slot);

}  // namespace hidyn::deep_linear
