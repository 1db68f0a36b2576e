// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::bayes_optimal {

/// State evolution of Bayes-optimal AMP, a recursion of one number, as a route of the problem
/// `generalized-linear`.
[[nodiscard]] RouteKind generalized_linear_kind();

}  // namespace hidyn::bayes_optimal
