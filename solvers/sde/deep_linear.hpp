// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::sde {

/// Paths of every aligned mode's diffusion: a route of `deep-linear`.
[[nodiscard]] RouteKind deep_linear_kind();
/// The law that a mode settles into under label noise: a route of `deep-linear`.
[[nodiscard]] RouteKind stationary_law_kind();

}  // namespace hidyn::sde
