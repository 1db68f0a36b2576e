// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/two_layer/two_layer.hpp"

namespace hidyn::two_layer {

/// Gradient descent or SGD with momentum on real weights, with the Hessian seen through its products.
[[nodiscard]] Outcome simulate(const TwoLayer& problem, const RouteRun& run);

}  // namespace hidyn::two_layer
