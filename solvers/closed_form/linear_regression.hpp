// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::closed_form {

/// Gradient flow and descent on ridge regression by the Marchenko-Pastur law.
[[nodiscard]] RouteKind linear_regression_kind();

}  // namespace hidyn::closed_form
