// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include "models/edge_model/learners.hpp"
#include "models/two_layer/network.hpp"

using namespace hidyn;

namespace {

edge_model::EdgeModel edge_problem() {
    edge_model::EdgeModel problem;
    problem.learning_rate = 0.003;
    problem.momentum = 0.9;
    problem.weight_decay = 0.05;
    problem.batch_size = 16;
    return problem;
}

}  // namespace

// The edge model at d = 100, B = 16. Floor of a direct step: its 1600 normals, X w and X^T r, and the updates
// of w and v, below: 4.0 us. Measured: 3.5 us, no more than the floor within the noise of the machine (asked:
// at most 1.5 times); reduced 0.37 us at any d and B.
template <class Learner>
static void edge_step(benchmark::State& state) {
    const edge_model::EdgeModel problem = edge_problem();
    Learner learner(problem, 100, {.seed = 1});
    for (auto _ : state) learner.step();
}
BENCHMARK(edge_step<edge_model::Direct>)->Unit(benchmark::kNanosecond);
BENCHMARK(edge_step<edge_model::Reduced>)->Unit(benchmark::kNanosecond);

static void edge_floor(benchmark::State& state) {
    random::GaussianLanes lanes({.seed = 1});
    random::NormalMatrix inputs(16, 100);
    Eigen::VectorXd w = Eigen::VectorXd::Random(100);
    Eigen::VectorXd v = w;
    Eigen::VectorXd s(16), pull(100);
    for (auto _ : state) {
        const Eigen::Map<const Eigen::MatrixXd> X = inputs.draw(lanes);
        s.noalias() = X * w;
        pull.noalias() = X.transpose() * s;
        v = 0.9 * v + pull;
        w -= 1e-9 * v;
        benchmark::DoNotOptimize(w.data());
    }
}
BENCHMARK(edge_floor)->Unit(benchmark::kNanosecond);

// A tanh network of 48 units on 256 samples in d = 8: a gradient, and a product of the Hessian with a vector
// at a point that is prepared. Floor of both: the products with the inputs, 2 and 2 times 2 h n d flops, and
// passes over h n = 12288 numbers, a tanh with two derivatives among them. Measured: 277 us with tanh and 255
// us; memory for the passes is taken anew at each call, which is what a larger network would feel less.
static void two_layer_gradient(benchmark::State& state) {
    two_layer::TwoLayer problem;
    problem.hidden = 48;
    const two_layer::Samples samples = two_layer::draw_samples(problem, 8, 0);
    const two_layer::Network network(problem, 8);
    const Eigen::VectorXd theta = network.start({.seed = 1});
    for (auto _ : state)
        benchmark::DoNotOptimize(two_layer::Network::At(network, theta, samples).gradient().data());
}
BENCHMARK(two_layer_gradient)->Unit(benchmark::kMicrosecond);

static void two_layer_hessian_product(benchmark::State& state) {
    two_layer::TwoLayer problem;
    problem.hidden = 48;
    const two_layer::Samples samples = two_layer::draw_samples(problem, 8, 0);
    const two_layer::Network network(problem, 8);
    const Eigen::VectorXd theta = network.start({.seed = 1});
    const two_layer::Network::At at(network, theta, samples);
    const Eigen::VectorXd v = Eigen::VectorXd::Random(theta.size());
    for (auto _ : state) benchmark::DoNotOptimize(at.hessian_times(v).data());
}
BENCHMARK(two_layer_hessian_product)->Unit(benchmark::kMicrosecond);
