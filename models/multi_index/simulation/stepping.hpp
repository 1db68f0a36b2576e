#pragma once

#include <memory>

#include "core/route.hpp"
#include "models/multi_index/multi_index.hpp"

namespace hidyn::multi_index {

/// The algorithm step by step; replicas on threads. `step` is the time of one step at this size.
[[nodiscard]] std::unique_ptr<Route> make_stepping(std::shared_ptr<const MultiIndex> problem, double step,
                                                   RouteInfo info);

}  // namespace hidyn::multi_index
