// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::volterra {

/// SGD and its stochastic modified equation on ridge regression: a Volterra equation for the training
/// residual.
[[nodiscard]] RouteKind linear_regression_kind();

}  // namespace hidyn::volterra
