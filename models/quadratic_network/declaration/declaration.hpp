// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::quadratic_network {

/// The problem `spiked-phase-retrieval` with its simulation and without theories.
[[nodiscard]] ProblemKind declaration();
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::quadratic_network
