// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/linear_stability/linear_stability.hpp"

namespace hidyn::linear_stability {

/// Real vectors and samples.
[[nodiscard]] Outcome simulate(const LinearStability& problem, const RouteRun& run);

}  // namespace hidyn::linear_stability
