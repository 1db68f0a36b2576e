// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::escape {

/// The escape route of the committee machine: first passages of one quadratic neuron from random starts.
[[nodiscard]] RouteKind committee_kind();

}  // namespace hidyn::escape
