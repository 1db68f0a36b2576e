// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::closed_form {

/// Three singular values are all there is of at least d students that start isotropic: a route of
/// `spiked-phase-retrieval`.
[[nodiscard]] RouteKind wide_students_kind();

}  // namespace hidyn::closed_form
