// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/sparse_regression/sparse_regression.hpp"

namespace hidyn::sparse_regression {

/// Real weights of all agents; gradient flow by a controlled integrator.
[[nodiscard]] Outcome simulate(const SparseRegression& problem, const RouteRun& run);

}  // namespace hidyn::sparse_regression
