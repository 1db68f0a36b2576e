// SPDX-License-Identifier: MIT
#pragma once

#include "core/typed_route.hpp"
#include "models/quadratic_network/quadratic_network.hpp"

/// What the routes of quadratic networks share.
namespace hidyn::riccati {

/// Complains about inputs that are not isotropic, and about fewer students than teachers.
void check_isotropic(const Asked<quadratic_network::QuadraticNetwork>& asked);
/// Relative and absolute, of both integrations.
inline constexpr double tolerance = 1e-11;

}  // namespace hidyn::riccati
