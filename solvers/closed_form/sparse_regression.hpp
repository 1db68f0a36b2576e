// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::closed_form {

/// Every coordinate by itself under the population's gradient flow: a route of `sparse-regression`.
[[nodiscard]] RouteKind sparse_regression_kind();
/// Gradient flow of one agent that has all data, as mirror descent: a route of `sparse-regression`.
[[nodiscard]] RouteKind pooled_flow_kind();

}  // namespace hidyn::closed_form
