// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::mean_square {

/// Where large steps hold the curvature of a network: a route of `two-layer-network`.
[[nodiscard]] RouteKind two_layer_kind();

}  // namespace hidyn::mean_square
