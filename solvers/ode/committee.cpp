// SPDX-License-Identifier: MIT
#include "solvers/ode/committee.hpp"

#include <cmath>

#include "core/keys.hpp"
#include "core/parallel.hpp"
#include "core/typed_route.hpp"
#include "models/committee/first_passage.hpp"
#include "solvers/equations/committee/equations.hpp"

namespace hidyn::ode {
namespace {

using committee::Committee;
using committee::OrderParameters;

Solution integrate_at(const Committee& problem, const Accuracy& accuracy, std::size_t level, double looser,
                      const OrderParameters& start, const TimeGrid& grid, Progress& progress) {
    CommitteeEquations equations(problem, {.tolerance = accuracy.quadrature, .level = level});
    committee::Observer observer(problem);
    const committee::Observables report(problem);
    Recorder recorder(report.all(), 0, grid.size());
    OrderParameters state = start;
    double passage = committee::not_yet;
    math::Integration integration{.derivative =
                                      [&](const State& packed, State& derivative, double) {
                                          equations.unpack(packed, start, state);
                                          equations.derivative(state, derivative);
                                      },
                                  .diverged = [&](const State& packed) { return equations.diverged(packed); },
                                  .record =
                                      [&](std::size_t time, const State& packed) {
                                          equations.unpack(packed, start, state);
                                          observer.observe(state, recorder.at(0, Sampling{.time = time}));
                                          committee::observe_passage(report, passage, grid.times[time],
                                                                     recorder.at(0, time));
                                      },
                                  .relative_tolerance = looser * accuracy.integration,
                                  .absolute_tolerance = looser * accuracy.integration};
    if (problem.escape_overlap) {
        integration.event = [&](const State& packed) {
            equations.unpack(packed, start, state);
            return committee::squared_overlap(state) - *problem.escape_overlap;
        };
        integration.happened = [&](double time) { passage = time; };
    }
    Solution solution;
    solution.report = math::integrate(integration, equations.pack(start), grid.times, progress);
    solution.series = recorder.take().series;
    solution.method = equations.method();
    solution.exact = equations.exact();
    return solution;
}

Outcome solve_start(const Committee& problem, const Accuracy& accuracy, std::size_t replica,
                    const RouteRun& run) {
    const OrderParameters& start = problem.starts[replica];
    const double share = 1.0 / static_cast<double>(problem.starts.size());
    Outcome outcome;
    const Solution solution = solve_to_stability(
        problem, accuracy.quadrature,
        [&](std::size_t level, double looser) {
            PartialProgress part(run.progress, level == 0 && looser == 1.0 ? share : 0.0);
            return integrate_at(problem, accuracy, level, looser, start, run.grid, part);
        },
        outcome);
    run.recorder.record_solution(replica, solution.series, !problem.start_per_replica);
    return outcome;
}

}  // namespace

Outcome solve_committee(const Committee& problem, const Accuracy& accuracy, const RouteRun& run) {
    const auto starts = static_cast<std::int64_t>(problem.starts.size());
    std::vector<Outcome> outcomes(problem.starts.size());
    parallel_for(starts, run.progress, [&](std::int64_t index) {
        const auto replica = static_cast<std::size_t>(index);
        outcomes[replica] = solve_start(problem, accuracy, replica, run);
    });
    Outcome outcome = outcomes.front();
    outcome.diverged_replicas = 0;
    for (const Outcome& one : outcomes) {
        if (one.status == Status::complete) continue;
        ++outcome.diverged_replicas;
        outcome.status = one.status;
        outcome.detail = one.detail;
        outcome.diverged_at = std::fmin(outcome.diverged_at, one.diverged_at);
    }
    return outcome;
}

RouteKind committee_kind() {
    return {
        .name = "ode",
        .summary =
            "the d -> infinity equations of motion of the order parameters (adaptive Dormand-Prince 5(4))",
        .source = "Saad & Solla, PRE 52, 4225 (1995); Goldt et al., arXiv 1906.08632 (noise, second layer)",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {keys::real("tolerance", "relative and absolute tolerance of the integration")
                     .at_least(1e-14)
                     .at_most(0.1)
                     .otherwise(1e-9),
                 keys::real("quadrature_tolerance",
                            "without closed forms: two orders of quadrature agree to this along the "
                            "trajectory")
                     .at_least(1e-12)
                     .at_most(0.1)
                     .otherwise(1e-6)},
        .make = route_of<Committee>([](const Asked<Committee>& asked) {
            return [problem = asked.problem, accuracy = Accuracy(asked.keys)](const RouteRun& run) {
                return solve_committee(*problem, accuracy, run);
            };
        })};
}

}  // namespace hidyn::ode
