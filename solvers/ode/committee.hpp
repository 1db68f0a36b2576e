#pragma once

#include "core/problem.hpp"

namespace hidyn::ode {

/// The ODE route of the committee machine.
[[nodiscard]] RouteKind committee_kind();

}  // namespace hidyn::ode
