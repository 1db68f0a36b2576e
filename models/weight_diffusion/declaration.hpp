// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::weight_diffusion {

/// The problem `weight-diffusion` with its simulation and without theories.
[[nodiscard]] ProblemKind declaration();
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::weight_diffusion
