// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/ghost/ghost.hpp"

namespace hidyn::ghost {

/// The neuron itself, integrated along its target at every step.
[[nodiscard]] Outcome simulate(const Ghost& problem, const RouteRun& run);

}  // namespace hidyn::ghost
