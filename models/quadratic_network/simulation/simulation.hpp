// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/quadratic_network/quadratic_network.hpp"

namespace hidyn::quadratic_network {

/// Real weights under the gradient of the population loss, of a data set or of fresh samples: in steps, or
/// for a flow by an adaptive integrator.
[[nodiscard]] Outcome simulate(const QuadraticNetwork& problem, const RouteRun& run);

}  // namespace hidyn::quadratic_network
