// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/recorder.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/state_evolution/path.hpp"

namespace hidyn::state_evolution {

/// One path as observables at the grid's times.
[[nodiscard]] std::vector<Series> series_of(const generalized_linear::GeneralizedLinear& problem,
                                            const Path& path);

/// The mean over repeats, and its standard error as the theory's own.
void record_mean(const std::vector<std::vector<Series>>& runs, Recorder& recorder);

}  // namespace hidyn::state_evolution
