// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>
#include <omp.h>

#include <array>

#include "committee_problems.hpp"
#include "models/committee/simulation/direct.hpp"
#include "models/committee/simulation/direct_network.hpp"
#include "models/committee/simulation/reduced.hpp"
#include "models/committee/simulation/reduced_chain.hpp"

using namespace hidyn;

// Items are steps times d: the inverse of the rate is the time per step per d.
// Floor: one normal (1.0 ns, see `normals`) and, per eight coordinates, five loads for four dot products and
// three loads and two stores for two updates, about 6 cycles: 0.3 ns a coordinate. Together 1.3 ns at 2.6 GHz
// with 512-bit vectors, while the weights stay in the first two caches. Spherical: two loads for the norms,
// two loads and two stores to rescale, 4 cycles per eight coordinates: 0.2 ns more.
static void direct_step(benchmark::State& state) {
    const auto d = static_cast<std::uint64_t>(state.range(0));
    const auto problem = benchmarks::committee(2, "erf", 0.5);
    problem->algorithm.spherical = state.range(1) == 1;
    committee::DirectNetwork network(*problem, d, {.seed = 1});
    for (auto _ : state) network.step();
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(direct_step)
    ->ArgNames({"d", "spherical"})
    ->Args({100, 0})
    ->Args({1000, 0})
    ->Args({1000, 1})
    ->Args({10000, 0});

// Items are steps times replicas (eight lanes): the inverse of the rate is the time per step per replica.
// Floor for K = M = 2: five normals (5 ns), a chi variable (4), four erf and two exp (6), three rotations
// with a square root and a division each (3 x 36 cycles / 8 lanes = 5 ns) and some sixty multiply-adds (3):
// about 23 ns. Spherical: a division and a square root for each student, 2 x 36 cycles / 8 lanes = 3.5 ns
// more (1.7 ns for K = 1).
static void reduced_step(benchmark::State& state) {
    const auto units = static_cast<std::size_t>(state.range(0));
    const auto d = static_cast<std::uint64_t>(state.range(1));
    const auto problem = benchmarks::committee(units, "erf", 0.5);
    problem->algorithm.spherical = state.range(2) == 1;
    std::array<random::StreamKey, random::lane_count> keys{};
    for (std::uint32_t lane = 0; lane < random::lane_count; ++lane) keys[lane].replica = lane;
    std::array<const committee::OrderParameters*, random::lane_count> starts{};
    starts.fill(&problem->starts[0]);
    committee::ReducedChain chain(*problem, d, keys, starts);
    for (auto _ : state) chain.step();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(random::lane_count));
}
BENCHMARK(reduced_step)
    ->ArgNames({"K", "d", "spherical"})
    ->Args({1, 1000, 0})
    ->Args({1, 1000, 1})
    ->Args({2, 100, 0})
    ->Args({2, 1000, 0})
    ->Args({2, 1000, 1})
    ->Args({2, 1000000000, 0})
    ->Args({4, 1000, 0})
    ->Args({8, 1000, 0});

namespace {

void simulate(const committee::Committee& problem, bool direct, std::uint64_t d, std::size_t replicas,
              const TimeGrid& grid) {
    const RouteInfo info{
        .name = "sim", .label = "sim", .kind = "simulation", .d = d, .replicas = replicas, .seed = 1};
    Recorder recorder(problem.observables(), replicas, grid.size());
    Progress progress;
    const RouteRun run{info, grid, recorder, progress};
    benchmark::DoNotOptimize(direct ? committee::simulate_directly(problem, run)
                                    : committee::simulate_reduced(problem, run));
}

}  // namespace

// ReLU, K = M = 2, d = 1000, 10^4 steps, 200 recorded times, one replica, the risk in closed form at each:
// the floor is that of direct_step, 13 ms, plus 200 risks of 0.2 us.
static void relu_run(benchmark::State& state) {
    const auto problem = benchmarks::committee(2, "relu", 0.1);
    const TimeGrid grid = TimeGrid::linear(10.0, 200);
    for (auto _ : state) simulate(*problem, true, 1000, 1, grid);
}
BENCHMARK(relu_run)->Unit(benchmark::kMillisecond);

// Sixty-four replicas, direct or reduced, on one and on two threads: the floor for two is half
// the time.
static void ensemble(benchmark::State& state) {
    const auto problem = benchmarks::committee(2, "erf", 0.5);
    const bool direct = state.range(0) == 1;
    omp_set_num_threads(static_cast<int>(state.range(1)));
    const TimeGrid grid = TimeGrid::linear(direct ? 4.0 : 40.0, 11);
    for (auto _ : state) simulate(*problem, direct, 1000, 64, grid);
}
BENCHMARK(ensemble)
    ->ArgNames({"direct", "threads"})
    ->Args({1, 1})
    ->Args({1, 2})
    ->Args({0, 1})
    ->Args({0, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
