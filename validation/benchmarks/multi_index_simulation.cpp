// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <span>

#include "models/multi_index/simulation/learner.hpp"

using namespace hidyn;
using namespace hidyn::multi_index;

namespace {

// n x d = 4000 x 2000: 64 MB, beyond every cache.
constexpr std::uint64_t d = 2000;

std::shared_ptr<MultiIndex> committee(std::size_t units, Algorithm algorithm, double alpha = 2.0,
                                      const char* activation = "erf") {
    const auto size = static_cast<Eigen::Index>(units);
    const Link link = Link::units(math::Activation::named(activation), Eigen::VectorXd::Ones(size));
    auto problem = std::make_shared<MultiIndex>(SampleLoss(link, Loss::square()),
                                                Label(link, LabelChannel::additive, 0.1));
    problem->sample_ratio = alpha;
    problem->algorithm = algorithm;
    problem->initial = {.Q = Eigen::MatrixXd::Identity(size, size),
                        .R = 0.2 * Eigen::MatrixXd::Identity(size, size),
                        .T = Eigen::MatrixXd::Identity(size, size),
                        .v = Eigen::VectorXd::Ones(size)};
    return problem;
}

void count_matrix(benchmark::State& state, const Learner& learner) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(8 * learner.data().samples() *
                                                                           learner.data().stride()));
}

}  // namespace

// Numbers in this file: one core of an AVX2 server (AMD, first Zen, 2 GHz) that others also use, good to 10
// %.

// The floor of every full pass: the matrix read once, its entries added up. 11.5 GB/s.
static void read_matrix(benchmark::State& state) {
    const auto problem = committee(1, {.rule = Rule::gradient_descent, .time_step = 0.1});
    const Learner learner(*problem, d, {.seed = 1}, 0.1);
    const std::span<const double> matrix(learner.data().row(0),
                                         learner.data().samples() * learner.data().stride());
    for (auto _ : state) {
        // Sixteen vectors of sums, so that additions never wait for one another.
        std::array<double, 64> sums{};
        for (std::size_t i = 0; i < matrix.size(); i += sums.size())
#pragma omp simd
            for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += matrix[i + j];
        benchmark::DoNotOptimize(sums);
    }
    count_matrix(state, learner);
}
BENCHMARK(read_matrix)->Unit(benchmark::kMillisecond);

// A step of gradient descent reads the matrix once, for preactivations and gradient together. K = 1 runs at
// 12.4 GB/s: its fetching ahead keeps memory busier than the plain sum does. From K = 2 on arithmetic counts
// too: 2 K multiply-adds for each entry at four a cycle are 2 K ms at 2 GHz, of which 8.1 ms for K = 2 and 15
// ms for K = 4 are about twice.
static void descent_step(benchmark::State& state) {
    const auto problem = committee(static_cast<std::size_t>(state.range(0)),
                                   {.rule = Rule::gradient_descent, .learning_rate = 0.1, .time_step = 0.1});
    Learner learner(*problem, d, {.seed = 1}, 0.1);
    for (auto _ : state) learner.step();
    count_matrix(state, learner);
}
BENCHMARK(descent_step)->ArgName("K")->Arg(1)->Arg(2)->Arg(4)->Unit(benchmark::kMillisecond);

// The same for phase retrieval, whose quadratic neuron costs nothing beside the read: as fast as erf to 1 %.
// Where memory is fast the two loads of each entry from the second cache count too: on a later AMD EPYC, also
// shared, 21 GB/s is 73 % of the plain sum's 28.7 GB/s and 85 % of the training loss's 24.8 GB/s.
static void phase_retrieval_step(benchmark::State& state) {
    const auto problem = committee(
        1, {.rule = Rule::gradient_descent, .learning_rate = 0.01, .time_step = 0.1}, 2.0, "quadratic");
    Learner learner(*problem, d, {.seed = 1}, 0.1);
    for (auto _ : state) learner.step();
    count_matrix(state, learner);
}
BENCHMARK(phase_retrieval_step)->Unit(benchmark::kMillisecond);

// The training loss reads the matrix once: 13 to 16 GB/s, the most that was seen to come from memory.
static void train_loss(benchmark::State& state) {
    const auto problem = committee(static_cast<std::size_t>(state.range(0)),
                                   {.rule = Rule::gradient_descent, .learning_rate = 0.1, .time_step = 0.1});
    Learner learner(*problem, d, {.seed = 1}, 0.1);
    for (auto _ : state) benchmark::DoNotOptimize(learner.train_loss());
    count_matrix(state, learner);
}
BENCHMARK(train_loss)->ArgName("K")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

// The floor of SGD on single samples: a dot product and the addition of a row, on random rows. 2.3 to 2.5 us;
// a step, whose next row is on its way meanwhile, takes 0.97 to 1.08 times as long for K = 1.
static void dot_and_axpy(benchmark::State& state) {
    const auto problem = committee(1, {.rule = Rule::sgd, .learning_rate = 0.1});
    const Learner learner(*problem, d, {.seed = 1}, 1.0 / static_cast<double>(d));
    const std::size_t stride = learner.data().stride();
    AlignedVector w(stride, 0.1);
    const std::unique_ptr<Driver> driver =
        make_driver(problem->algorithm, learner.data().samples(), 0.0, {.seed = 2});
    for (auto _ : state) {
        const double* x = learner.data().row(driver->draw().samples.front());
        double product = 0.0;
#pragma omp simd reduction(+ : product)
        for (std::size_t i = 0; i < stride; ++i) product += w[i] * x[i];
        const double factor = -1e-3 * product;
#pragma omp simd
        for (std::size_t i = 0; i < stride; ++i) w[i] += factor * x[i];
        benchmark::DoNotOptimize(w.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(dot_and_axpy);

static void sgd_step(benchmark::State& state) {
    const auto problem =
        committee(static_cast<std::size_t>(state.range(0)), {.rule = Rule::sgd, .learning_rate = 0.1});
    Learner learner(*problem, d, {.seed = 1}, 1.0 / static_cast<double>(d));
    for (auto _ : state) learner.step();
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sgd_step)->ArgName("K")->Arg(1)->Arg(2);

// SGD on a grid visits a twentieth of the samples in a step; the rows it visits are the floor.
static void grid_step(benchmark::State& state) {
    const auto problem =
        committee(1, {.rule = Rule::sgd, .learning_rate = 0.1, .time_step = 0.1, .jump = Jump::poisson});
    Learner learner(*problem, d, {.seed = 1}, 0.1);
    for (auto _ : state) learner.step();
    state.SetBytesProcessed(state.iterations() *
                            static_cast<std::int64_t>(8 * 200 * learner.data().stride()));
}
BENCHMARK(grid_step)->Unit(benchmark::kMillisecond);

// The modified equation reads the matrix once and draws a normal for each sample.
static void diffusion_step(benchmark::State& state) {
    const auto problem =
        committee(1, {.rule = Rule::stochastic_modified_equation, .learning_rate = 0.1, .time_step = 0.01});
    Learner learner(*problem, d, {.seed = 1}, 0.01);
    for (auto _ : state) learner.step();
    count_matrix(state, learner);
}
BENCHMARK(diffusion_step)->Unit(benchmark::kMillisecond);

// A data set: n d normals (see `normals`), written once and read once for the labels.
static void make_data(benchmark::State& state) {
    const auto problem = committee(1, {.rule = Rule::sgd, .learning_rate = 0.1});
    for (auto _ : state) {
        const Learner learner(*problem, d, {.seed = 1}, 1.0);
        benchmark::DoNotOptimize(learner.data().row(0));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(2 * d * d));
}
BENCHMARK(make_data)->Unit(benchmark::kMillisecond);
