// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::closed_form {

/// First and second moments of a single linear layer under batches of fresh samples: a route of the problem
/// `deep-linear`.
[[nodiscard]] RouteKind one_layer_kind();

}  // namespace hidyn::closed_form
