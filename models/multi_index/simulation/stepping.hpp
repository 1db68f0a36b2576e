// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/multi_index/multi_index.hpp"

namespace hidyn::multi_index {

/// The algorithm step by step; replicas on threads. `step` is the time of one step at this size.
[[nodiscard]] Outcome simulate_steps(const MultiIndex& problem, double step, const RouteRun& run);

/// An Euler-Maruyama step for the stochastic modified equation in continuous time.
[[nodiscard]] double standard_time_step(const MultiIndex& problem);

}  // namespace hidyn::multi_index
