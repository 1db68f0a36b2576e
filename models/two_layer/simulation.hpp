#pragma once

#include <memory>

#include "core/route.hpp"
#include "models/two_layer/two_layer.hpp"

namespace hidyn::two_layer {

/// Gradient descent or SGD with momentum on real weights, with the Hessian seen through its products.
[[nodiscard]] std::unique_ptr<Route> make_simulation(std::shared_ptr<const TwoLayer> problem, RouteInfo info);

}  // namespace hidyn::two_layer
