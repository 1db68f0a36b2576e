// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"
#include "models/spectral/prediction.hpp"

/// The algorithms `spectral-estimator` and `initial-hessian`, which look at spectra and iterate nothing.
namespace hidyn::generalized_linear {

[[nodiscard]] AlgorithmKind spectral_estimator_algorithm(const spectral::Theory& theory);
[[nodiscard]] RouteKind spectral_estimator_simulation();

[[nodiscard]] AlgorithmKind initial_hessian_algorithm(const spectral::Theory& theory);
[[nodiscard]] RouteKind initial_hessian_simulation();

}  // namespace hidyn::generalized_linear
