// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::fixed_point {

/// Where the minimizer of the logistic loss comes into being, as a route of the problem `generalized-linear`.
[[nodiscard]] RouteKind separability_kind();

}  // namespace hidyn::fixed_point
