// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::riccati {

/// Two linear layers from lambda-balanced weights, by a matrix Riccati equation in closed form: a route of
/// `deep-linear`.
[[nodiscard]] RouteKind deep_linear_kind();

}  // namespace hidyn::riccati
