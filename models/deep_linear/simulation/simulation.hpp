#pragma once

#include <memory>

#include "core/route.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::deep_linear {

/// Gradient flow and descent of real weights, of the population or of a data set per replica.
[[nodiscard]] std::unique_ptr<Route> make_gradient_simulation(std::shared_ptr<const DeepLinear> problem,
                                                              RouteInfo info);
/// Mini-batch SGD of real weights, `members` runs a replica; the method is the route's.
[[nodiscard]] std::unique_ptr<Route> make_batch_simulation(std::shared_ptr<const DeepLinear> problem,
                                                           std::size_t members, RouteInfo info);
/// Mini-batch SGD of modes that are aligned and balanced, `members` runs a replica.
[[nodiscard]] std::unique_ptr<Route> make_mode_simulation(std::shared_ptr<const DeepLinear> problem,
                                                          std::size_t members, RouteInfo info);

}  // namespace hidyn::deep_linear
