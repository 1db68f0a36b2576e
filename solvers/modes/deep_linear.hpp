// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::modes {

/// Every mode by itself: a route of the problem `deep-linear`.
[[nodiscard]] RouteKind deep_linear_kind();

}  // namespace hidyn::modes
