// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <array>

#include "models/deep_linear/simulation/batch_gradient.hpp"
#include "models/deep_linear/simulation/mode_process.hpp"
#include "models/deep_linear/simulation/network.hpp"
#include "solvers/sde/mode_paths.hpp"

using namespace hidyn;
using namespace hidyn::deep_linear;

namespace {

DeepLinear problem_of(std::size_t depth, Rule rule, std::uint64_t batch) {
    DeepLinear problem;
    problem.depth = depth;
    problem.strengths = {2.0, 1.0};
    problem.initial = {.kind = StartKind::random, .scale = 0.5, .size = 200, .replicas = 1};
    problem.rule = rule;
    problem.learning_rate = 0.01;
    problem.batch_size = batch;
    problem.label_noise = 0.5;
    return problem;
}

}  // namespace

// The derivative of gradient flow, all widths n = 200: L - 1 products up and 2 (L - 1) down. Floor: as many
// of Eigen's own products of that size, below: 823 and 2329 us for L = 2 and 4; measured 844 and 2708 us,
// ratios 1.03 and 1.16 (half of the products have a transposed factor).
static void deep_flow(benchmark::State& state) {
    const auto depth = static_cast<std::size_t>(state.range(0));
    const DeepLinear problem = problem_of(depth, Rule::gradient_flow, 1);
    Network network(problem.weights(200, 0));
    const Eigen::MatrixXd M = problem.teacher(200);
    Eigen::MatrixXd pull;
    for (auto _ : state) {
        network.forward();
        pull = M - network.product();
        benchmark::DoNotOptimize(network.backward(pull).front().data());
    }
}
BENCHMARK(deep_flow)->Arg(2)->Arg(4)->Unit(benchmark::kMicrosecond);

static void eigen_products(benchmark::State& state) {
    const Eigen::MatrixXd A = Eigen::MatrixXd::Random(200, 200);
    const Eigen::MatrixXd B = Eigen::MatrixXd::Random(200, 200);
    Eigen::MatrixXd C(200, 200);
    const auto count = 3 * (state.range(0) - 1);
    for (auto _ : state)
        for (std::int64_t k = 0; k < count; ++k) {
            C.noalias() = A * B;
            benchmark::DoNotOptimize(C.data());
        }
}
BENCHMARK(eigen_products)->Arg(2)->Arg(4)->Unit(benchmark::kMicrosecond);

// One step of SGD of two layers of width 32 at B = 64 by real samples and by a Wishart matrix, with label
// noise. Floor: 3 + 4 products of 32^3 at 16 G multiply-adds a second, 14 us direct, and 4096 normals at 1
// ns; measured: 23 us direct, 19 us reduced, which no longer depends on B.
static void batch_step(benchmark::State& state) {
    const char* method = state.range(0) == 0 ? "direct" : "reduced";
    DeepLinear problem = problem_of(2, Rule::online_sgd, 64);
    problem.initial.size = 32;
    const Eigen::MatrixXd M = problem.teacher(32);
    Network network(problem.weights(32, 0));
    const auto batches = fresh_batches(method, problem, M, {.seed = 1});
    Eigen::MatrixXd pull;
    for (auto _ : state) {
        batches->draw(network.product(), pull);
        network.step(problem.learning_rate, pull);
    }
    state.SetLabel(method);
}
BENCHMARK(batch_step)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// One mode of two layers, one step of one replica. Floor: two normals and a uniform in eight lanes (see
// random.cpp), 6 ns, and about 12 flops. Measured: 14 ns with and without label noise (asked: at most 20).
static void mode_step(benchmark::State& state) {
    DeepLinear problem = problem_of(2, Rule::online_sgd, 4);
    problem.strengths = {1.0};
    problem.initial = {.strengths = {0.5}};
    problem.label_noise = state.range(0) == 0 ? 0.0 : 0.5;
    std::array<random::StreamKey, ModeProcess::lanes> keys{};
    for (std::size_t lane = 0; lane < keys.size(); ++lane)
        keys[lane].replica = static_cast<std::uint32_t>(lane);
    ModeProcess process(problem, keys);
    constexpr std::uint64_t steps = 1000;
    for (auto _ : state) process.advance(steps);
    benchmark::DoNotOptimize(process.strength(0, 0));
    state.counters["ns_per_step_and_replica"] =
        benchmark::Counter(static_cast<double>(steps * ModeProcess::lanes) * 1e-9,
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(mode_step)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// One step of the diffusion of one mode, one path: a normal, two exponentials (one at L = 2), a root.
// Measured: 4.4 to 4.9 ns.
static void mode_path_step(benchmark::State& state) {
    DeepLinear problem = problem_of(static_cast<std::size_t>(state.range(0)), Rule::online_sgd, 4);
    constexpr std::size_t paths = 512;
    sde::ModePaths path(sde::ModeLaw(problem, 0, false), 0.5, paths, {.seed = 1});
    double time = 0.0;
    constexpr int steps = 100;
    for (auto _ : state) {
        time += 0.0025 * steps;
        path.advance_to(time, 0.0025);
    }
    state.counters["ns_per_step_and_path"] =
        benchmark::Counter(static_cast<double>(steps * paths) * 1e-9,
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(mode_path_step)->Arg(2)->Arg(3)->Unit(benchmark::kMicrosecond);
