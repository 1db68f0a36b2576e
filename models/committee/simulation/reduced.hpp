// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/committee/committee.hpp"

namespace hidyn::committee {

/// Online SGD by its exact-in-law order-parameter chain (see ReducedChain): blocks of eight replicas, one per
/// SIMD lane, on threads. Cost per step independent of d; equal in law to the direct simulation at every d.
[[nodiscard]] Outcome simulate_reduced(const Committee& problem, const RouteRun& run);

}  // namespace hidyn::committee
