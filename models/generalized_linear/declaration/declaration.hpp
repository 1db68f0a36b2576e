// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"
#include "models/spectral/prediction.hpp"

namespace hidyn::generalized_linear {

/// The problem `generalized-linear` with its simulations and without theories. A spectral start is told what
/// `theory` predicts of it.
[[nodiscard]] ProblemKind declaration(const spectral::Theory& theory);
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::generalized_linear
