// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::riccati {

/// Gradient flow of a quadratic network with isotropic inputs by M + 2 scalars, from its own start: a route
/// of `spiked-phase-retrieval`.
[[nodiscard]] RouteKind riccati_kind();
/// The same from random weights in the limit of many students and dimensions.
[[nodiscard]] RouteKind riccati_limit_kind();

}  // namespace hidyn::riccati
