// SPDX-License-Identifier: MIT
#include "solvers/linear_noise/committee.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "solvers/equations/committee/equations.hpp"
#include "solvers/equations/committee/refinement.hpp"
#include "solvers/linear_noise/committee_diffusion.hpp"
#include "solvers/linear_noise/linear_noise.hpp"

namespace hidyn::linear_noise {
namespace {

using committee::Committee;
using committee::OrderParameters;
using Eigen::Index;
using math::State;

/// Records d * Var of every observable.
void record_variances(const Committee& problem, const OrderParameters& start,
                      const ode::CommitteeEquations& equations, committee::Observer& observer, State s,
                      const Eigen::MatrixXd& V, Recorder& recorder, std::size_t time) {
    const committee::Observables report(problem);
    const auto students = static_cast<Index>(problem.students);
    const auto teachers = static_cast<Index>(problem.teachers);
    const Index r_begin = students * (students + 1) / 2;
    const Index v_begin = r_begin + students * teachers;
    std::vector<double> variance;
    const auto store = [&](Handle what) {
        for (double& value : variance) value = std::max(value, 0.0);
        recorder.record_variance(what, time, variance);
        variance.clear();
    };
    for (Index i = 0; i < students; ++i)
        for (Index j = 0; j < students; ++j) {
            const Index index = std::max(i, j) * (std::max(i, j) + 1) / 2 + std::min(i, j);
            variance.push_back(V(index, index));
        }
    store(report.Q);
    for (Index index = r_begin; index < v_begin; ++index) variance.push_back(V(index, index));
    store(report.R);

    Eigen::VectorXd gradient(V.rows());
    OrderParameters state = start;
    for (Index index = 0; index < V.rows(); ++index) {
        const double value = s[static_cast<std::size_t>(index)];
        const double step = 1e-5 * std::max(1.0, std::abs(value));
        double slope = 0.0;
        for (const double sign : {1.0, -1.0}) {
            s[static_cast<std::size_t>(index)] = value + sign * step;
            equations.unpack(s, start, state);
            slope += sign * observer.generalization_error(state) / (2.0 * step);
        }
        s[static_cast<std::size_t>(index)] = value;
        gradient[index] = slope;
    }
    variance.push_back(gradient.dot(V * gradient));
    store(report.generalization_error);
    for (Index index = v_begin; index < V.rows(); ++index) variance.push_back(V(index, index));
    store(report.second_layer);
}

ode::Solution integrate_at(const Committee& problem, const ode::Accuracy& accuracy, std::size_t level,
                           double looser, const TimeGrid& grid, Progress& progress) {
    const OrderParameters& start = problem.starts.front();
    ode::CommitteeEquations equations(problem, {.tolerance = accuracy.quadrature, .level = level});
    CommitteeDiffusion diffusion(problem, {.tolerance = accuracy.quadrature, .level = level});
    committee::Observer observer(problem);
    Recorder recorder(problem.observables(), 0, grid.size());
    OrderParameters state = start;
    const LinearNoise fluctuations{.size = equations.size(),
                                   .drift =
                                       [&](const State& s, State& drift) {
                                           equations.unpack(s, start, state);
                                           equations.derivative(state, drift);
                                       },
                                   .diffusion =
                                       [&](const State& s, Eigen::MatrixXd& sigma) {
                                           equations.unpack(s, start, state);
                                           diffusion(state, sigma);
                                       },
                                   .diverged = [&](const State& s) { return equations.diverged(s); },
                                   .record =
                                       [&](std::size_t time, const State& s, const Eigen::MatrixXd& V) {
                                           equations.unpack(s, start, state);
                                           observer.observe(state, recorder.at(0, Sampling{.time = time}));
                                           record_variances(problem, start, equations, observer, s, V,
                                                            recorder, time);
                                       },
                                   .tolerance = looser * accuracy.integration};
    ode::Solution solution;
    solution.report = integrate(fluctuations, equations.pack(start), grid.times, progress);
    solution.series = recorder.take().series;
    solution.method = equations.method();
    solution.exact = equations.exact();
    return solution;
}

Outcome solve(const Committee& problem, const ode::Accuracy& accuracy, const RouteRun& run) {
    Outcome outcome;
    const ode::Solution solution = ode::solve_to_stability(
        problem, accuracy.quadrature,
        [&](std::size_t level, double looser) {
            PartialProgress part(run.progress, level == 0 && looser == 1.0 ? 1.0 : 0.0);
            return integrate_at(problem, accuracy, level, looser, run.grid, part);
        },
        outcome);
    run.recorder.record_solution(0, solution.series, true);
    return outcome;
}

}  // namespace

RouteKind committee_kind() {
    return {
        .name = "linear-noise",
        .summary =
            "the ODE's mean with the predicted Gaussian spread of single runs, d * Var to leading order",
        .source = "system-size expansion of the order-parameter chain (van Kampen), V' = J V + V J^T + Sigma",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {keys::real("tolerance", "relative and absolute tolerance of the integration")
                     .at_least(1e-12)
                     .at_most(0.1)
                     .otherwise(1e-6),
                 keys::real("quadrature_tolerance", "accuracy of the fourth-order Gaussian moments in Sigma")
                     .at_least(1e-10)
                     .at_most(0.1)
                     .otherwise(1e-4)},
        .make = route_of<Committee>([](const Asked<Committee>& asked) {
            if (asked.problem->start_per_replica)
                asked.complaints.add(
                    fmt::format("{}: the linear-noise route needs one start for all replicas, not "
                                "initial.per_replica = true",
                                asked.keys.place()));
            return [problem = asked.problem, accuracy = ode::Accuracy(asked.keys)](const RouteRun& run) {
                return solve(*problem, accuracy, run);
            };
        })};
}

}  // namespace hidyn::linear_noise
