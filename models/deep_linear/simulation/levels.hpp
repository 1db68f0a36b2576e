#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/recorder.hpp"
#include "models/deep_linear/mode_statistics.hpp"

namespace hidyn::deep_linear {

/// The largest `count` singular values of W, smallest first.
void largest_singular_values(const Eigen::MatrixXd& W, std::size_t count, std::vector<double>& into);

/// What an ensemble of singular values [level, member] reports at one time: their means and moments, the gaps
/// between neighbours, and densities of both.
void record_levels(const DeepLinear& problem, const ModeSample& sample, Recorder& recorder,
                   std::size_t replica, std::size_t time);

/// The observables of singular values, if the problem asks for them.
[[nodiscard]] std::vector<Observable> level_observables(const AskedLevels& asked, std::size_t levels);

}  // namespace hidyn::deep_linear
