// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::ode {

/// Multi-pass SGD as alpha -> infinity at fixed time: no sample comes back, and the overlaps obey the
/// equations of online SGD.
[[nodiscard]] RouteKind online_limit_kind();

}  // namespace hidyn::ode
