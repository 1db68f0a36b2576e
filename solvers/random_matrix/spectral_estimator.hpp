// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::random_matrix {

/// The limit of spectral estimators, as a route of the problem `generalized-linear`.
[[nodiscard]] RouteKind spectral_estimator_kind();

}  // namespace hidyn::random_matrix
