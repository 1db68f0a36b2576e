// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::mean_square {

/// E |theta|^2 step by step, its threshold and its growth: a route of `linear-stability`.
[[nodiscard]] RouteKind linear_stability_kind();

}  // namespace hidyn::mean_square
