// SPDX-License-Identifier: MIT
#include "solvers/closed_form/sparse_regression.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "math/integrator.hpp"
#include "models/sparse_regression/sparse_regression.hpp"
#include "solvers/equations/deep_linear/mode_curves.hpp"

namespace hidyn::closed_form {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using sparse_regression::SparseRegression;

/// dw/dt = 2 sqrt(w^2 + 4 alpha^4) (w* - w): a mode of two unbalanced layers with b^2 - a^2 = 4 alpha^2, from
/// 0.
Outcome follow_coordinates(const SparseRegression& problem, const RouteRun& run) {
    const sparse_regression::Observables report(problem);
    const auto nonzeros = static_cast<Index>(problem.signal.size());
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        VectorXd w(nonzeros);
        for (Index k = 0; k < nonzeros; ++k) {
            const double target = problem.signal[static_cast<std::size_t>(k)];
            w[k] = std::copysign(
                modes::unbalanced(std::abs(target), 0.0, 2.0 * problem.scale, run.grid.times[time]), target);
        }
        // All other coordinates stay at 0. (Looks that add up leave no -0 at the start.)
        record_weights(problem, report, w, 0.0, run.recorder.at(0, Sampling{.time = time}));
    }
    run.progress.advance(1.0);
    return {};
}

/// Of one agent u v = alpha^2 stays, and w = 2 alpha^2 sinh(2 z) with dz/dt = -r(w): half as many equations,
/// none of them small.
Outcome follow_pooled(const SparseRegression& problem, const RouteRun& run) {
    const sparse_regression::Observables report(problem);
    Outcome outcome;
    for (std::size_t replica = 0; replica < problem.data_replicas; ++replica) {
        const SparseRegression::Data data = problem.data(run.info.d, static_cast<std::uint32_t>(replica));
        const auto n = static_cast<double>(data.X.rows());
        const auto weights = [&](const math::State& z) {
            const Eigen::Map<const VectorXd> at(z.data(), static_cast<Index>(z.size()));
            return VectorXd(2.0 * problem.scale * problem.scale * (2.0 * at).array().sinh());
        };
        const math::Integration mirror{
            .derivative =
                [&](const math::State& z, math::State& change, double) {
                    Eigen::Map<VectorXd>(change.data(), static_cast<Index>(change.size())) =
                        -data.X.transpose() * (data.X * weights(z) - data.y) / n;
                },
            .record =
                [&](std::size_t time, const math::State& z) {
                    // How far many agents are from each other this does not know.
                    const double consensus = problem.agents() == 1 ? 0.0 : std::nan("");
                    record_weights(problem, report, weights(z), consensus, run.recorder.at(replica, time));
                },
            .relative_tolerance = 1e-9,
            .absolute_tolerance = 1e-10};
        PartialProgress part(run.progress, 1.0 / static_cast<double>(problem.data_replicas));
        const math::IntegrationReport reached =
            math::integrate(mirror, math::State(run.info.d, 0.0), run.grid.times, part);
        if (reached.status != Status::complete) {
            outcome.status = reached.status;
            outcome.diverged_at = reached.reached;
            outcome.detail = reached.detail;
        }
    }
    return outcome;
}

Solver prepare_coordinates(const Asked<SparseRegression>& asked) {
    if (!asked.problem->population())
        asked.complaints.add(fmt::format(
            "{}: coordinates are independent for the population's loss alone; for a data set take "
            "pooled-flow",
            asked.keys.place()));
    return {[problem = asked.problem](const RouteRun& run) { return follow_coordinates(*problem, run); }};
}

Solver prepare_pooled(const Asked<SparseRegression>& asked) {
    const SparseRegression& problem = *asked.problem;
    if (problem.population())
        asked.complaints.add(fmt::format(
            "{}: needs [data] samples_per_agent; for the population take closed-form", asked.keys.place()));
    else if (asked.info.d < problem.signal.size())
        asked.complain("d",
                       fmt::format("is less than the {} nonzeros of problem.signal", problem.signal.size()));
    return {[problem = asked.problem](const RouteRun& run) { return follow_pooled(*problem, run); }};
}

}  // namespace

RouteKind sparse_regression_kind() {
    return {.name = "closed-form",
            .summary = "every coordinate by itself under the population's gradient flow",
            .source = "two unbalanced layers, Domine et al., arXiv 2409.14623; Wu & Sun, NeurIPS 2024",
            .theory = true,
            .keys = {},
            .make = route_of<SparseRegression>(prepare_coordinates)};
}

RouteKind pooled_flow_kind() {
    return {
        .name = "pooled-flow",
        .summary = "gradient flow of one agent that has all data, to which many come close for small steps",
        .source = "u v is conserved: w = 2 alpha^2 sinh(-2 int r); Wu & Sun, NeurIPS 2024",
        .theory = true,
        .keys = {keys::integer_or_list("d", "number of weights; the data sets are those of the simulation")
                     .written("d")
                     .at_least(1)
                     .at_most(1e5)
                     .needed()},
        .make = route_of<SparseRegression>(prepare_pooled)};
}

}  // namespace hidyn::closed_form
