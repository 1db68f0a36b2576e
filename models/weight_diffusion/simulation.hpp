// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/weight_diffusion/weight_diffusion.hpp"

namespace hidyn::weight_diffusion {

/// Real matrices, `members` of them a replica.
[[nodiscard]] Outcome simulate(const WeightDiffusion& problem, std::size_t members, const RouteRun& run);

}  // namespace hidyn::weight_diffusion
