#pragma once

#include "core/problem.hpp"

namespace hidyn::committee {

/// The committee machine with its two simulations; the program adds the theories that exist for it.
[[nodiscard]] ProblemKind declaration();

/// The simulation route: methods "direct" and "reduced".
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::committee
