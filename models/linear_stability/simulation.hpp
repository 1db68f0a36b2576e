#pragma once

#include <memory>

#include "core/route.hpp"
#include "models/linear_stability/linear_stability.hpp"

namespace hidyn::linear_stability {

/// Real vectors and samples.
[[nodiscard]] std::unique_ptr<Route> make_simulation(std::shared_ptr<const LinearStability> problem,
                                                     RouteInfo info);

}  // namespace hidyn::linear_stability
