// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <vector>

#include "models/multi_index/multi_index.hpp"
#include "solvers/dmft/events/events.hpp"
#include "solvers/dmft/multi_index/process_of.hpp"
#include "solvers/dmft/trajectories/trajectories.hpp"

using namespace hidyn;
using multi_index::MultiIndex;
using multi_index::Rule;

namespace {

MultiIndex problem_of(const char* activation, double noise, double sample_ratio,
                      multi_index::Algorithm algorithm) {
    const auto link = multi_index::Link::units(math::Activation::named(activation), Eigen::VectorXd::Ones(1));
    MultiIndex problem({link, multi_index::Loss::square()},
                       {link, multi_index::LabelChannel::additive, noise});
    problem.sample_ratio = sample_ratio;
    problem.algorithm = std::move(algorithm);
    problem.initial = {.Q = Eigen::MatrixXd::Constant(1, 1, 1.0),
                       .R = Eigen::MatrixXd::Constant(1, 1, 0.2),
                       .T = Eigen::MatrixXd::Identity(1, 1),
                       .v = Eigen::VectorXd::Ones(1)};
    return problem;
}

template <class Solve>
void time_solution(benchmark::State& state, const MultiIndex& problem, Solve solve) {
    const dmft::Process process = dmft::process_of(problem);
    Progress unseen;
    for (auto _ : state) benchmark::DoNotOptimize(solve(process, unseen));
}

}  // namespace

// The loss of one erf neuron with gradient and Hessian: one erf and one exp (see `erf_jets`) and six passes
// in the first cache. Items are losses. Measured: 10 ns, of them 6.9 ns erf and exp.
static void erf_loss(benchmark::State& state) {
    const MultiIndex problem = problem_of("erf", 0.1, 2.0, {.rule = Rule::sgd, .learning_rate = 3.0});
    std::vector<double> lambda(96), y(96, 0.3), value(96), gradient(96), hessian(96);
    for (std::size_t i = 0; i < lambda.size(); ++i) lambda[i] = 0.05 * static_cast<double>(i) - 2.4;
    for (auto _ : state) {
        problem.loss.evaluate(lambda.data(), 96, y.data(), 96,
                              {value.data(), gradient.data(), hessian.data(), 96});
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * 96);
}
BENCHMARK(erf_loss);

// Ridge gradient descent: alpha = 3, 50 steps of 0.1, N = 20000 trajectories. The Hessian is constant, so the
// only history is the forces: N T^2 / 2 x 8 bytes = 0.2 GB read once, 23 ms at 9 GB/s, and about 18
// directions of noise a step, another 0.14 GB from the third cache.
static void ridge_descent(benchmark::State& state) {
    const MultiIndex problem = problem_of(
        "linear", 0.1, 3.0,
        {.rule = Rule::gradient_descent, .learning_rate = 1.0, .ridge = 0.5 / 3.0, .time_step = 0.1});
    time_solution(state, problem, [](const dmft::Process& process, Progress& unseen) {
        return dmft::solve_trajectories(process, {.step = 0.1, .steps = 50}, {.trajectories = 20000},
                                        dmft::Tangent::random, unseen);
    });
}
BENCHMARK(ridge_descent)->Unit(benchmark::kMillisecond);

// Gradient flow of an erf neuron, 200 steps, N = 4000, random tangent. Floor: one read of the history, N T^2
// / 2 x (8 + 4 + 4) bytes = 1.3 GB, 0.14 s at 9 GB/s. Measured: 0.19 s, 1.4 times the floor.
static void erf_flow(benchmark::State& state) {
    const MultiIndex problem =
        problem_of("erf", 0.1, 2.0, {.rule = Rule::gradient_flow, .learning_rate = 3.0});
    time_solution(state, problem, [](const dmft::Process& process, Progress& unseen) {
        return dmft::solve_trajectories(process, {.step = 0.1, .steps = 200}, {.trajectories = 4000},
                                        dmft::Tangent::random, unseen);
    });
}
BENCHMARK(erf_flow)->Unit(benchmark::kMillisecond);

// SGD of an erf neuron by events, 200 steps, N = 16000, 12 nodes. Floor: N T nodes = 3.9e7 losses, 0.39 s
// by `erf_loss`, of them 0.27 s erf and exp. Measured: 0.9 s, 2.3 times the floor; the rest is what the
// trajectories recall, 0.16 s for regression and response by profile, and what they add to the sums.
static void erf_sgd(benchmark::State& state) {
    const MultiIndex problem = problem_of("erf", 0.1, 2.0, {.rule = Rule::sgd, .learning_rate = 3.0});
    time_solution(state, problem, [](const dmft::Process& process, Progress& unseen) {
        return dmft::solve_events(process, {.step = 0.1, .steps = 200}, {.trajectories = 16000}, 12, unseen);
    });
}
BENCHMARK(erf_sgd)->Unit(benchmark::kMillisecond);
