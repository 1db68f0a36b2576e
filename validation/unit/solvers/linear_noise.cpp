// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "check_values.hpp"
#include "committee_cases.hpp"
#include "models/committee/simulation/reduced.hpp"
#include "solvers/equations/committee/equations.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/linear_noise/committee_diffusion.hpp"
#include "solvers/linear_noise/linear_noise.hpp"

namespace linear_noise_tests {

using namespace hidyn;
using committee::Committee;
using committee::OrderParameters;

namespace {

std::shared_ptr<Committee> single_erf(std::uint64_t batch, double eta) {
    return cases::committee("erf", "erf",
                            {.Q = cases::matrix({{0.8}}),
                             .R = cases::matrix({{0.3}}),
                             .T = cases::matrix({{1.0}}),
                             .v = cases::vector({1.0})},
                            cases::vector({1.0}),
                            {.learning_rate = eta, .second_layer_learning_rate = 0.5, .batch_size = batch},
                            0.2);
}

cases::Solved integrate(const std::shared_ptr<Committee>& problem, const std::vector<double>& times) {
    return cases::solve_route(linear_noise::committee_kind(), problem,
                              {{"tolerance", 1e-7}, {"quadrature_tolerance", 1e-6}}, times);
}

}  // namespace

TEST_CASE("linear noise check values: the covariance of (Q, R, v) for the noisy erf perceptron") {
    const auto problem = single_erf(1, 1.0);
    const OrderParameters& start = problem->starts[0];
    ode::CommitteeEquations equations(*problem, {});
    linear_noise::CommitteeDiffusion diffusion(*problem, {.tolerance = 1e-7});
    OrderParameters state = start;
    std::vector<Eigen::MatrixXd> covariances;
    const linear_noise::LinearNoise system{
        .size = equations.size(),
        .drift =
            [&](const math::State& s, math::State& drift) {
                equations.unpack(s, start, state);
                equations.derivative(state, drift);
            },
        .diffusion =
            [&](const math::State& s, Eigen::MatrixXd& sigma) {
                equations.unpack(s, start, state);
                diffusion(state, sigma);
            },
        .diverged = [](const math::State&) { return false; },
        .record = [&](std::size_t, const math::State&,
                      const Eigen::MatrixXd& V) { covariances.push_back(V); },
        .tolerance = 1e-8};
    Progress progress;
    const test::CheckValues known("online-sgd");
    const std::vector<double> times = known.numbers("linear-noise.times");
    CHECK(linear_noise::integrate(system, equations.pack(start), times, progress).status == Status::complete);
    const std::vector<std::vector<double>> expected = known.rows("linear-noise.covariance");
    REQUIRE(covariances.size() == expected.size());
    for (std::size_t time = 0; time < expected.size(); ++time) {
        const Eigen::MatrixXd& V = covariances[time];
        const double found[6] = {V(0, 0), V(0, 1), V(0, 2), V(1, 1), V(1, 2), V(2, 2)};
        for (std::size_t entry = 0; entry < 6; ++entry) {
            CAPTURE(entry);
            CHECK(std::abs(found[entry] - expected[time].at(entry)) < known.number("linear-noise.tolerance"));
        }
    }
}

TEST_CASE("linear noise: an Ornstein-Uhlenbeck process has its known variance") {
    const linear_noise::LinearNoise system{
        .size = 1,
        .drift = [](const math::State& s, math::State& drift) { drift[0] = -0.5 * s[0]; },
        .diffusion = [](const math::State&,
                        Eigen::MatrixXd& sigma) { sigma = Eigen::MatrixXd::Constant(1, 1, 3.0); },
        .diverged = [](const math::State&) { return false; },
        .record = [](std::size_t, const math::State&, const Eigen::MatrixXd&) {},
        .tolerance = 1e-9};
    double variance = 0.0;
    linear_noise::LinearNoise recorded = system;
    recorded.record = [&](std::size_t, const math::State&, const Eigen::MatrixXd& V) { variance = V(0, 0); };
    Progress progress;
    static_cast<void>(linear_noise::integrate(recorded, {1.0}, std::vector<double>{2.0}, progress));
    CHECK(variance == doctest::Approx(3.0 * (1.0 - std::exp(-2.0))).epsilon(1e-7));
}

TEST_CASE(
    "linear noise: the replicas of a simulation spread as predicted, batches, ReLU and polynomials "
    "included") {
    const OrderParameters two = cases::generic_start(cases::vector({0.8, 1.1}));
    const std::vector<std::shared_ptr<Committee>> problems{
        single_erf(3, 2.0),
        cases::committee("erf", "erf", two, cases::vector({1.0, 1.2}), {.learning_rate = 0.7}, 0.05),
        cases::committee("relu", "relu", two, cases::vector({1.0, 1.2}), {.learning_rate = 0.3}, 0.05),
        cases::committee("he2", "he2", two, cases::vector({0.5, 0.5}), {.learning_rate = 0.05}, 0.05)};
    const std::uint64_t d = 1600;
    const std::size_t replicas = 2048;
    const std::vector<double> times{1.0, 3.0};
    for (std::size_t which = 0; which < problems.size(); ++which) {
        const auto& problem = problems[which];
        const cases::Solved theory = integrate(problem, times);
        REQUIRE(theory.outcome.status == Status::complete);
        const cases::Solved run = cases::simulate(
            committee::simulate_reduced, *problem,
            {.name = "sim", .label = "sim", .kind = "simulation", .d = d, .replicas = replicas, .seed = 41},
            times);
        for (const Series& series : run.trajectory.series) {
            const Series& predicted = *theory.trajectory.find(series.observable.name);
            for (std::size_t time = 0; time < times.size(); ++time)
                for (const std::size_t c : series.observable.independent_components()) {
                    double mean = 0.0;
                    double square = 0.0;
                    const double n = static_cast<double>(replicas);
                    for (std::size_t r = 0; r < replicas; ++r) mean += series.at(r, time)[c] / n;
                    for (std::size_t r = 0; r < replicas; ++r)
                        square += std::pow(series.at(r, time)[c] - mean, 2) / (n - 1);
                    const double ratio =
                        static_cast<double>(d) * square / predicted.variance[time * series.components() + c];
                    CAPTURE(which);
                    CAPTURE(series.observable.name);
                    CAPTURE(c);
                    CAPTURE(times[time]);
                    // Four and a half standard errors of a sample variance, and the O(1/d) correction of the
                    // prediction.
                    CHECK(std::abs(ratio - 1.0) < 4.5 * std::sqrt(2.0 / n) + 10.0 / static_cast<double>(d));
                }
        }
    }
}

TEST_CASE(
    "linear noise: fluctuations that a symmetric start amplifies for ever are a divergence, not a stall") {
    const OrderParameters symmetric{.Q = 0.5 * Eigen::MatrixXd::Identity(2, 2),
                                    .R = Eigen::MatrixXd::Zero(2, 2),
                                    .T = Eigen::MatrixXd::Identity(2, 2),
                                    .v = cases::vector({1.0, 1.0})};
    const auto problem =
        cases::committee("erf", "erf", symmetric, cases::vector({1.0, 1.0}), {.learning_rate = 1.5});
    const cases::Solved solved = integrate(problem, {0.0, 10.0, 200.0});
    CHECK(solved.outcome.status == Status::diverged);
    CHECK(solved.outcome.diverged_at > 10.0);
    CHECK(std::isfinite(solved.trajectory.find("Q")->at(0, 1)[0]));
}

}  // namespace linear_noise_tests
