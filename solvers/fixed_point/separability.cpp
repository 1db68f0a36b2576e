// SPDX-License-Identifier: MIT
#include "solvers/fixed_point/separability.hpp"

#include "core/typed_route.hpp"
#include "models/generalized_linear/separability.hpp"
#include "solvers/fixed_point/minimizer.hpp"

namespace hidyn::fixed_point {
namespace {

using generalized_linear::Separability;

Outcome solve(const Separability& problem, const RouteRun& run) {
    run.recorder.at(0, 0).record(Separability::Observables().separable_ratio,
                                 1.0 / separability_threshold(problem.label, problem.T()));
    run.progress.advance(1.0);
    return {};
}

}  // namespace

RouteKind separability_kind() {
    return {.name = "threshold",
            .summary = "the ratio of samples from which on a minimizer of the logistic loss exists",
            .source = "Candes & Sur, arXiv 1804.09753",
            .theory = true,
            .algorithms = {"separability"},
            .keys = {},
            .make = solved_by<Separability>(solve)};
}

}  // namespace hidyn::fixed_point
