#pragma once

#include <memory>

#include "core/route.hpp"
#include "models/multi_index/multi_index.hpp"

namespace hidyn::multi_index {

/// Gradient flow of real weights in continuous time, to this relative and absolute accuracy of each weight;
/// replicas on threads.
[[nodiscard]] std::unique_ptr<Route> make_flow(std::shared_ptr<const MultiIndex> problem, double tolerance,
                                               RouteInfo info);

}  // namespace hidyn::multi_index
