// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::closed_form {

/// What label noise does to real weights of two layers that have learned, beyond single modes: a route of the
/// problem `deep-linear`.
[[nodiscard]] RouteKind label_noise_kind();

}  // namespace hidyn::closed_form
