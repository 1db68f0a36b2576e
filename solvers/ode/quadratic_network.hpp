// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::ode {

/// Flows of the population loss, exact at every d, and the limit of online SGD: a route of
/// `spiked-phase-retrieval`.
[[nodiscard]] RouteKind quadratic_network_kind();

}  // namespace hidyn::ode
