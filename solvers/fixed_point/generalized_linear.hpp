// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::fixed_point {

/// Where gradient methods end: the minimizer of a convex risk. For experiments that record one time alone,
/// the end.
[[nodiscard]] RouteKind generalized_linear_kind();

}  // namespace hidyn::fixed_point
