// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::sde {

/// Dyson's Brownian motion of singular values: a route of `weight-diffusion`.
[[nodiscard]] RouteKind weight_diffusion_kind();

}  // namespace hidyn::sde
