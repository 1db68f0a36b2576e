// SPDX-License-Identifier: MIT
#include "solvers/random_matrix/initial_hessian.hpp"

#include <cmath>
#include <limits>

#include "core/typed_route.hpp"
#include "models/generalized_linear/initial_hessian.hpp"
#include "models/spectral/hessian.hpp"
#include "solvers/equations/spectral/prediction.hpp"

namespace hidyn::random_matrix {
namespace {

using generalized_linear::InitialHessian;

Outcome solve(const InitialHessian& problem, Handle lower_edge, const RouteRun& run) {
    const InitialHessian::Observables report;
    const spectral::Prediction found =
        spectral::predict_smallest(spectral::hessian_weights(problem.regularization, problem.Q0(),
                                                             problem.T(), problem.label.noise_variance()),
                                   problem.sample_ratio);
    // An outlier and its overlap are off by 1/d, like everything that verdicts compare. Without one the
    // lowest eigenvalue is the edge and its vector knows nothing, up to d^-2/3 and more near the
    // transition: the edge is reported by itself, and nothing is said of single runs.
    const bool outlier = !std::isnan(found.root);
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const Slot slot = run.recorder.at(0, 0);
    slot.record(report.squared_overlap, outlier ? found.squared_overlap : unknown);
    slot.record(report.lowest_eigenvalue, outlier ? found.leading_eigenvalue : unknown);
    slot.record(lower_edge, found.edge);
    run.progress.advance(1.0);
    return {};
}

}  // namespace

RouteKind initial_hessian_kind() {
    return {
        .name = "random-matrix",
        .summary = "outlier, overlap and lower edge of the Hessian at the start in the limit d -> infinity",
        .source = "Lu & Li, arXiv 1702.06435, applied to the negative Hessian",
        .theory = true,
        .algorithms = {"initial-hessian"},
        .keys = {},
        .make = route_of<InitialHessian>([](const Asked<InitialHessian>& asked) -> Solver {
            ObservableList own(InitialHessian::Observables().end());
            const Handle edge = own.add(generalized_linear::lower_edge());
            return {
                [problem = asked.problem, edge](const RouteRun& run) { return solve(*problem, edge, run); },
                own.all()};
        })};
}

}  // namespace hidyn::random_matrix
