// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::ghost {

/// The problem `ghost` with its simulation and without theories.
[[nodiscard]] ProblemKind declaration();
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::ghost
