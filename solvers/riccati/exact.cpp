// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "math/integrator.hpp"
#include "math/matrices/spectrum.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/equations/quadratic_network/starts.hpp"
#include "solvers/riccati/equations.hpp"
#include "solvers/riccati/isotropic.hpp"
#include "solvers/riccati/quadratic_network.hpp"

namespace hidyn::riccati {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using math::State;
using quadratic_network::QuadraticNetwork;

math::IntegrationReport follow(const QuadraticNetwork& problem, std::size_t replica, const RouteRun& run) {
    const Solution solution(problem.starts[replica], problem.strengths);
    const quadratic_network::Observer observer(problem, problem.reference_size());
    std::size_t recorded = 0;
    const math::Integration integration{
        .derivative = [&](const State& state, State& derivative,
                          double time) { solution.derivative(state, derivative, time); },
        .record =
            [&](std::size_t time, const State& state) {
                // Any factor of M shows what the weights show, but for rotations of the students.
                const MatrixXd M = solution.matrix(state, run.grid.times[time]);
                const math::SymmetricSpectrum solver(M);
                const MatrixXd W = solver.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal() *
                                   solver.eigenvectors().transpose();
                const MatrixXd Q = W * W.transpose();
                observer.observe_invariants(W.leftCols(static_cast<Index>(problem.teachers())), Q, Q,
                                            run.recorder.at(replica, Sampling{.time = time}));
                recorded = time + 1;
            },
        .relative_tolerance = tolerance,
        .absolute_tolerance = tolerance};
    math::IntegrationReport report =
        math::integrate(integration, State(solution.scalars(), 0.0), run.grid.times, run.progress);
    if (report.status != Status::complete) run.recorder.truncate(replica, recorded);
    return report;
}

Outcome solve_exact(const QuadraticNetwork& problem, const RouteRun& run) {
    return follow_starts(problem, run, [&](std::size_t replica, const RouteRun& one) {
        return follow(problem, replica, one);
    });
}

Solver prepare_exact(const Asked<QuadraticNetwork>& asked) {
    check_isotropic(asked);
    const auto lost = [](const quadratic_network::Factors& start) {
        return math::symmetric_eigenvalues(start.A.transpose() * start.A)[0] <= 0.0;
    };
    if (std::ranges::any_of(asked.problem->starts, lost))
        asked.complaints.add(fmt::format(
            "{}: every teacher needs some overlap with the students at the start, or it is never found",
            asked.keys.place()));
    return {[problem = asked.problem](const RouteRun& run) { return solve_exact(*problem, run); }};
}

}  // namespace

RouteKind riccati_kind() {
    return {.name = "riccati",
            .summary =
                "gradient flow with isotropic inputs: a matrix Riccati equation, by two scalars and one per "
                "teacher",
            .source = "Martin, Bach & Biroli, arXiv 2311.03794",
            .theory = true,
            .algorithms = {"gradient-flow"},
            .keys = {},
            .make = route_of<QuadraticNetwork>(prepare_exact)};
}

}  // namespace hidyn::riccati
