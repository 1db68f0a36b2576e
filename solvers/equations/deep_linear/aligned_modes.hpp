// SPDX-License-Identifier: MIT
#pragma once

#include "core/typed_route.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::sde {

/// What theories of single modes under batches ask of the problem.
void check_aligned_modes(const Asked<deep_linear::DeepLinear>& asked);
/// "finite_step".
[[nodiscard]] Key finite_step_key();

}  // namespace hidyn::sde
