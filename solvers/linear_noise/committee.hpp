// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::linear_noise {

/// The linear-noise route of the committee machine: the ODE's mean and the predicted d * Var of single runs.
[[nodiscard]] RouteKind committee_kind();

}  // namespace hidyn::linear_noise
