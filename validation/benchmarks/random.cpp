// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "random/chi.hpp"
#include "random/gaussian_lanes.hpp"

using namespace hidyn::random;

// Floor: per pair of rows of eight, two generator steps (20 instructions), a logarithm and a square root (25
// and one vsqrtpd, 18 cycles or more), sine and cosine (25): about 45 cycles for 16 normals with 512-bit
// vectors, 1.0 ns a normal at 2.6 GHz.
static void normals(benchmark::State& state) {
    GaussianLanes lanes(StreamKey{.seed = 1});
    std::vector<double> rows(1024);
    for (auto _ : state) {
        lanes.normals(rows);
        benchmark::DoNotOptimize(rows.data());
    }
    state.SetItemsProcessed(state.iterations() * 1024);
}
BENCHMARK(normals);

// Floor: one normal, one uniform and two square roots per lane: about 2 ns a value.
static void chi(benchmark::State& state) {
    std::array<StreamKey, lane_count> keys{};
    for (std::uint32_t lane = 0; lane < lane_count; ++lane) keys[lane].replica = lane;
    RowSource source(keys);
    ChiLanes sampler(keys);
    alignas(64) std::array<double, lane_count> row{};
    const auto degrees = static_cast<double>(state.range(0));
    for (auto _ : state) {
        sampler.draw(degrees, source, row.data());
        benchmark::DoNotOptimize(row.data());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(lane_count));
}
BENCHMARK(chi)->Arg(3)->Arg(996);
