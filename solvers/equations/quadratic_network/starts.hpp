// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "core/route.hpp"
#include "math/integrator.hpp"
#include "models/quadratic_network/quadratic_network.hpp"

namespace hidyn::quadratic_network {

/// Follows one start, with its share of the progress, and says how that ended.
using FollowStart = std::function<math::IntegrationReport(std::size_t replica, const RouteRun& run)>;

/// Follows all starts of the problem, each on its own.
[[nodiscard]] Outcome follow_starts(const QuadraticNetwork& problem, const RouteRun& run,
                                    const FollowStart& follow);

}  // namespace hidyn::quadratic_network
