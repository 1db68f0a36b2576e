// SPDX-License-Identifier: MIT
#include "solvers/random_matrix/spectral_estimator.hpp"

#include <cmath>
#include <limits>

#include "core/typed_route.hpp"
#include "models/generalized_linear/spectral_estimator.hpp"

namespace hidyn::random_matrix {
namespace {

using generalized_linear::SpectralEstimator;

Outcome solve(const SpectralEstimator& problem, const RouteRun& run) {
    const SpectralEstimator::Observables report;
    const spectral::Prediction& found = problem.spectral->prediction;
    const Slot slot = run.recorder.at(0, 0);
    slot.record(report.squared_overlap, found.squared_overlap);
    slot.record(report.leading_eigenvalue, found.leading_eigenvalue);
    // Below the transition the leading eigenvalue is the edge of the bulk, which finite sizes approach as
    // slowly as d^-2/3, and so does the overlap its limit 0: verdicts in 1/d have nothing to say there.
    if (std::isnan(found.root)) {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        run.recorder.record_error(report.squared_overlap, 0, unknown);
        run.recorder.record_error(report.leading_eigenvalue, 0, unknown);
    }
    run.progress.advance(1.0);
    return {};
}

}  // namespace

RouteKind spectral_estimator_kind() {
    return {.name = "random-matrix",
            .summary = "leading eigenvalue and overlap of a spectral estimator in the limit d -> infinity",
            .source = "Lu & Li, arXiv 1702.06435; Mondelli & Montanari, arXiv 1708.05932",
            .theory = true,
            .algorithms = {"spectral-estimator"},
            .keys = {},
            .make = solved_by<SpectralEstimator>(solve)};
}

}  // namespace hidyn::random_matrix
