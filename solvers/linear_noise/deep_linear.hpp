// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::linear_noise {

/// Gaussian fluctuations of aligned modes around gradient flow: a route of `deep-linear`.
[[nodiscard]] RouteKind deep_linear_kind();

}  // namespace hidyn::linear_noise
