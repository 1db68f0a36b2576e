// SPDX-License-Identifier: MIT
#include "solvers/mean_square/two_layer.hpp"

#include "core/typed_route.hpp"
#include "models/two_layer/two_layer.hpp"

namespace hidyn::mean_square {
namespace {

using two_layer::TwoLayer;

Outcome draw_edge(const TwoLayer& problem, const RouteRun& run) {
    const two_layer::Observables report(problem);
    const bool whole = problem.whole_batch();
    const double beta = problem.momentum;
    const double edge = 2.0 * (whole ? 1.0 + beta : 1.0 - beta) / problem.learning_rate;
    for (std::size_t time = 0; time < run.grid.size(); ++time)
        run.recorder.at(0, time).record(whole ? report.sharpness : report.batch_sharpness, edge);
    run.progress.advance(1.0);
    return {};
}

}  // namespace

RouteKind two_layer_kind() {
    return {.name = "edge",
            .summary =
                "the edge of stability of whole batches, 2 (1 + momentum) / learning_rate for the sharpness, "
                "and the "
                "bound 2 (1 - momentum) / learning_rate on the batch sharpness of small ones",
            .source = "Cohen et al., arXiv 2103.00065; Andreyev et al., arXiv 2604.14108",
            .theory = true,
            .keys = {},
            .make = solved_by<TwoLayer>(draw_edge)};
}

}  // namespace hidyn::mean_square
