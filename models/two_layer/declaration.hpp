// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::two_layer {

/// The problem `two-layer-network` with its simulation and without theories.
[[nodiscard]] ProblemKind declaration();
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::two_layer
