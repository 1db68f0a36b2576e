// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/committee/committee.hpp"

namespace hidyn::committee {

/// Online SGD on real weight vectors and real Gaussian inputs in d dimensions; replicas on threads. Cost per
/// step about d normals and (2 K + M) d multiply-adds. The start realises the prescribed order parameters
/// exactly.
[[nodiscard]] Outcome simulate_directly(const Committee& problem, const RouteRun& run);

}  // namespace hidyn::committee
