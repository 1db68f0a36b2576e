// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

/// The algorithm `separability`, which iterates nothing and counts.
namespace hidyn::generalized_linear {

[[nodiscard]] AlgorithmKind separability_algorithm();
[[nodiscard]] RouteKind separability_simulation();

}  // namespace hidyn::generalized_linear
