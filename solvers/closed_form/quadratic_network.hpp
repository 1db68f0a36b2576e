// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::closed_form {

/// The recursion of A and of the bulk's factors, exact for the population loss at every d; with batches of
/// order d, of A and Q in the limit. A route of `spiked-phase-retrieval`.
[[nodiscard]] RouteKind quadratic_network_kind();

}  // namespace hidyn::closed_form
