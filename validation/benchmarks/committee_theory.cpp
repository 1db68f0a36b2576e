// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include "committee_problems.hpp"
#include "math/gaussian/residual_moments.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/ode/committee.hpp"

using namespace hidyn;

namespace {

Outcome solve(const RouteKind& kind, const std::shared_ptr<committee::Committee>& problem, double tolerance,
              double quadrature_tolerance, double end) {
    Table table;
    table.set("tolerance", {tolerance, true, ""});
    table.set("quadrature_tolerance", {quadrature_tolerance, true, ""});
    const TimeGrid grid = TimeGrid::linear(end, 101);
    Complaints complaints;
    const auto route =
        kind.make({problem, table, {.name = "theory", .kind = kind.name, .theory = true}, grid}, complaints);
    Recorder recorder(problem->observables(), 0, grid.size());
    Progress progress;
    return route->solve(grid, recorder, progress);
}

}  // namespace

// One evaluation of F, N, G for erf. Floor: K (K + 1) / 2 * n (n + 1) / 2 arcsines at 1.2 ns (vectorised), n
// = 2 K: 36 ns at K = 2, 430 ns at K = 4.
static void erf_moments(benchmark::State& state) {
    const auto problem = benchmarks::committee(static_cast<std::size_t>(state.range(0)), "erf", 0.5);
    const auto engine = math::make_residual_moments(problem->activation, problem->activation,
                                                    problem->students, problem->teachers);
    const Eigen::MatrixXd joint = problem->starts[0].joint_covariance();
    Eigen::VectorXd coefficients(joint.rows());
    coefficients << problem->starts[0].v, -problem->teacher_second_layer;
    math::ResidualMoments moments;
    for (auto _ : state) {
        engine->compute(joint, coefficients, 0.0, moments);
        benchmark::DoNotOptimize(moments.F.data());
    }
}
BENCHMARK(erf_moments)->Arg(1)->Arg(2)->Arg(4)->Arg(8);

// The ODE to t = 1000 at tolerance 1e-8: the evaluations it takes (reported) times erf_moments is the floor.
static void ode_erf(benchmark::State& state) {
    const auto problem = benchmarks::committee(static_cast<std::size_t>(state.range(0)), "erf", 1.0);
    Outcome outcome;
    for (auto _ : state) outcome = solve(ode::committee_kind(), problem, 1e-8, 1e-6, 1000.0);
    state.counters["evaluations"] = std::get<double>(outcome.attributes.at("evaluations"));
}
BENCHMARK(ode_erf)->Arg(2)->Arg(4)->Unit(benchmark::kMillisecond);

// Without closed forms: two orders of the four-dimensional quadrature along the trajectory.
static void ode_tanh(benchmark::State& state) {
    const auto problem = benchmarks::committee(static_cast<std::size_t>(state.range(0)), "tanh", 0.5);
    for (auto _ : state) benchmark::DoNotOptimize(solve(ode::committee_kind(), problem, 1e-6, 1e-6, 20.0));
}
BENCHMARK(ode_tanh)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

static void linear_noise_erf(benchmark::State& state) {
    const auto problem = benchmarks::committee(static_cast<std::size_t>(state.range(0)), "erf", 0.5);
    for (auto _ : state)
        benchmark::DoNotOptimize(solve(linear_noise::committee_kind(), problem, 1e-6, 1e-5, 60.0));
}
BENCHMARK(linear_noise_erf)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);
