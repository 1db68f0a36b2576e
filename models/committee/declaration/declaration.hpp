// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::committee {

/// The committee machine with its simulation, "direct" or "reduced"; the program adds the theories that exist
/// for it.
[[nodiscard]] ProblemKind declaration();

}  // namespace hidyn::committee
