// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::random_matrix {

/// How the singular values of a linear layer repel each other around a degenerate teacher: a route of
/// `deep-linear`.
[[nodiscard]] RouteKind levels_kind();

}  // namespace hidyn::random_matrix
