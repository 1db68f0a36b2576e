// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::state_evolution {

/// State evolution of first-order methods for generalized linear models.
[[nodiscard]] RouteKind generalized_linear_kind();

}  // namespace hidyn::state_evolution
