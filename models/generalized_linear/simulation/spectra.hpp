// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/generalized_linear/initial_hessian.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "models/generalized_linear/spectral_estimator.hpp"
#include "models/spectral/leading_vector.hpp"

/// What has no iterations: ends of the spectra of real matrices.
namespace hidyn::generalized_linear {

[[nodiscard]] Outcome estimate_spectrally(const SpectralEstimator& problem, const RouteRun& run);

/// The two lowest eigenpairs of the Hessian of these samples.
[[nodiscard]] spectral::ExtremePairs lowest_pairs(const InitialHessian& problem, const Samples& samples,
                                                  const Signal& signal);
/// `second` is where the second lowest eigenvalue goes.
[[nodiscard]] Outcome measure_hessian(const InitialHessian& problem, Handle second, const RouteRun& run);

}  // namespace hidyn::generalized_linear
