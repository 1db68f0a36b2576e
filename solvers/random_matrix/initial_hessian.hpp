// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::random_matrix {

/// The limit of the Hessian at the start, as a route of the problem `generalized-linear`.
[[nodiscard]] RouteKind initial_hessian_kind();

}  // namespace hidyn::random_matrix
