// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/multi_index/multi_index.hpp"

namespace hidyn::multi_index {

/// Gradient flow of real weights in continuous time, to this relative and absolute accuracy of each weight;
/// replicas on threads.
[[nodiscard]] Outcome simulate_flow(const MultiIndex& problem, double tolerance, const RouteRun& run);

}  // namespace hidyn::multi_index
