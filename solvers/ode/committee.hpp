// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"
#include "models/committee/committee.hpp"
#include "solvers/equations/committee/refinement.hpp"

namespace hidyn::ode {

/// The ODE route of the committee machine.
[[nodiscard]] RouteKind committee_kind();

/// What it does.
[[nodiscard]] Outcome solve_committee(const committee::Committee& problem, const Accuracy& accuracy,
                                      const RouteRun& run);

}  // namespace hidyn::ode
