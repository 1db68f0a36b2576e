// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::sparse_regression {

/// The problem `sparse-regression` with its simulation and without theories.
[[nodiscard]] ProblemKind declaration();
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::sparse_regression
