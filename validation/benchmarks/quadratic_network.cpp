// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <memory>

#include "math/matrices/polar_factor.hpp"
#include "models/quadratic_network/simulation/learner.hpp"
#include "random/stream.hpp"

using namespace hidyn;
using namespace hidyn::quadratic_network;

namespace {

Eigen::MatrixXd gradient_like(Eigen::Index rows, Eigen::Index columns) {
    random::Stream stream({.seed = 1});
    Eigen::MatrixXd made(rows, columns);
    for (double& entry : made.reshaped()) entry = stream.normal();
    return made;
}

QuadraticNetwork network(std::size_t K, std::uint64_t d, Algorithm algorithm) {
    QuadraticNetwork problem;
    problem.students = K;
    problem.inputs.has_spike = true;
    problem.inputs.spike = 3.0;
    problem.algorithm = algorithm;
    problem.start_size = d;
    problem.starts = {random_factors(problem.inputs.at(d, 1), K, 0.1, 1, 0)};
    return problem;
}

}  // namespace

// The polar factor of 16 x 2000. Floor: the Gram matrix and the product, 3 K^2 d multiply-adds = 1.5 M, 0.1
// ms at 16 G a second. Measured: 0.28 ms by Gram, 0.73 ms by Muon's five steps, 5.5 ms by thirty of Newton
// and Schulz.
static void polar_exact(benchmark::State& state) {
    const Eigen::MatrixXd G = gradient_like(16, 2000);
    for (auto _ : state) benchmark::DoNotOptimize(math::polar_factor(G));
}
BENCHMARK(polar_exact)->Unit(benchmark::kMicrosecond);

static void polar_newton_schulz(benchmark::State& state) {
    const Eigen::MatrixXd G = gradient_like(16, 2000);
    for (auto _ : state) benchmark::DoNotOptimize(math::newton_schulz(G, 30));
}
BENCHMARK(polar_newton_schulz)->Unit(benchmark::kMicrosecond);

static void polar_muon(benchmark::State& state) {
    const Eigen::MatrixXd G = gradient_like(16, 2000);
    for (auto _ : state) benchmark::DoNotOptimize(math::muon_iteration(G, 5));
}
BENCHMARK(polar_muon)->Unit(benchmark::kMicrosecond);

// Sixteen students in d = 2000 on a data set of n = 4000: the gradient alone, and a whole spectral step.
// Floor: 2 n d K multiply-adds twice = 0.26 G, 16 ms at 16 G a second; measured: 19.1 ms, and 19.5 ms with
// the polar factor.
static void data_gradient(benchmark::State& state) {
    const auto problem = network(
        16, 2000,
        {.rule = Rule::gradient_descent, .learning_rate = 1e-6, .source = Source::data_set, .ratio = 2.0});
    Learner learner(problem, 2000, problem.starts.front(), {.seed = 1});
    for (auto _ : state) benchmark::DoNotOptimize(learner.gradient());
}
BENCHMARK(data_gradient)->Unit(benchmark::kMillisecond);

static void spectral_step(benchmark::State& state) {
    const auto problem = network(
        16, 2000,
        {.rule = Rule::spectral_descent, .learning_rate = 1e-6, .source = Source::data_set, .ratio = 2.0});
    Learner learner(problem, 2000, problem.starts.front(), {.seed = 1});
    for (auto _ : state) learner.step();
}
BENCHMARK(spectral_step)->Unit(benchmark::kMillisecond);

// One neuron, n x d = 4000 x 2000. Floor: the data, 64 MB, read once. Measured: 22 to 24 GB/s; a plain
// read of as much memory takes place at 20 to 28 GB/s.
static void single_neuron_gradient(benchmark::State& state) {
    const auto problem = network(
        1, 2000,
        {.rule = Rule::gradient_descent, .learning_rate = 1e-6, .source = Source::data_set, .ratio = 2.0});
    Learner learner(problem, 2000, problem.starts.front(), {.seed = 1});
    for (auto _ : state) benchmark::DoNotOptimize(learner.gradient());
    state.SetBytesProcessed(state.iterations() * 4000 * 2000 * 8);
}
BENCHMARK(single_neuron_gradient)->Unit(benchmark::kMillisecond);
