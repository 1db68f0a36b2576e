#pragma once

#include <memory>

#include "core/route.hpp"
#include "models/committee/committee.hpp"

namespace hidyn::committee {

/// Online SGD by its exact-in-law order-parameter chain (see ReducedChain): blocks of eight replicas, one per
/// SIMD lane, on threads. Cost per step independent of d; equal in law to the direct simulation at every d.
[[nodiscard]] std::unique_ptr<Route> make_reduced_simulation(std::shared_ptr<const Committee> problem,
                                                             RouteInfo info);

}  // namespace hidyn::committee
