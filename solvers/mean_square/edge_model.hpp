// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::mean_square {

/// Where the edge model comes to rest: a route of `edge-model`.
[[nodiscard]] RouteKind edge_model_kind();

}  // namespace hidyn::mean_square
