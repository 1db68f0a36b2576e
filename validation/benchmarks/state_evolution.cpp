// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include "generalized_linear_cases.hpp"
#include "models/generalized_linear/inference/estimate.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "solvers/state_evolution/linear_parameters.hpp"
#include "solvers/state_evolution/sampled_samples.hpp"

namespace these = generalized_linear_cases;

using namespace hidyn;
using generalized_linear::Method;

// Logistic gradient descent, 50 iterations, N = 2^14 pairs of point and label: 2^13 points with both labels.
// Floor: the derivatives of the forces, N T^3 / 6 entries read once: 2^14 x 51^3 / 6 x 4 bytes = 1.45 GB,
// 0.07 s at 20 GB/s (0.36 G multiply-adds are 0.01 s). Measured on one core: 0.19 s in a quiet hour, twice
// that in a busy one.
static void logistic_path(benchmark::State& state) {
    const auto problem = these::logistic({.learning_rate = 1.0}, 50);
    const Method method(problem->algorithm, 50);
    for (auto _ : state) {
        state_evolution::LinearParameters parameters(*problem, method);
        state_evolution::SampledSamples samples(*problem, method, {.points = 8192});
        benchmark::DoNotOptimize(state_evolution::evolve(51, 1e12, parameters, samples, [] { return true; }));
    }
}
BENCHMARK(logistic_path)->Unit(benchmark::kMillisecond);

// One run of 50 iterations at n = 4000, d = 1300. Floor: the matrix, 42 MB, read 51 times: 0.21 s at 10 GB/s.
// Measured: 0.17 s.
static void logistic_run(benchmark::State& state) {
    auto problem = these::logistic({.learning_rate = 1.0}, 50);
    problem->sample_ratio = 4000.0 / 1300.0;
    const Method method(problem->algorithm, 50);
    const auto signal = generalized_linear::draw_signal(*problem, 1300, {.seed = 1});
    const auto samples = generalized_linear::draw_samples(*problem, 1300, signal, {.seed = 1});
    for (auto _ : state)
        benchmark::DoNotOptimize(generalized_linear::run_method(
            method, problem->loss, samples, {signal.start}, 1e12, [](std::size_t) { return true; }));
}
BENCHMARK(logistic_run)->Unit(benchmark::kMillisecond);

// What the data say about that run. Floor: n T^3 / 6 derivatives read once in double precision, 0.7 GB, 0.07
// s. Measured: 0.095 s.
static void logistic_estimate(benchmark::State& state) {
    auto problem = these::logistic({.learning_rate = 1.0}, 50);
    problem->sample_ratio = 4000.0 / 1300.0;
    const Method method(problem->algorithm, 50);
    const auto signal = generalized_linear::draw_signal(*problem, 1300, {.seed = 1});
    const auto samples = generalized_linear::draw_samples(*problem, 1300, signal, {.seed = 1});
    const auto run = generalized_linear::run_method(method, problem->loss, samples, {signal.start}, 1e12,
                                                    [](std::size_t) { return true; });
    for (auto _ : state)
        benchmark::DoNotOptimize(generalized_linear::estimate_path(method, problem->loss, samples, run));
}
BENCHMARK(logistic_estimate)->Unit(benchmark::kMillisecond);
