// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <cmath>

#include "check_values.hpp"
#include "deep_linear_cases.hpp"
#include "models/deep_linear/simulation/batch_gradient.hpp"
#include "models/deep_linear/simulation/observer.hpp"
#include "solvers/closed_form/label_noise.hpp"
#include "solvers/closed_form/one_layer.hpp"

namespace deep_linear_batches_tests {

using namespace hidyn;
using namespace hidyn::deep_linear;
using cases::batches;
using cases::Estimate;
using cases::simulate;
using Eigen::MatrixXd;

namespace {

constexpr double allowed_score = 4.5;

}  // namespace

TEST_CASE("deep linear: the noise of a batch's gradient, of samples and of Wishart matrices") {
    const auto problem = batches(1, {2.0, 1.0, 0.5}, 0.1, 0.01, 5, 0.7, {0.0});
    problem->output_ratio = 4.0 / 3.0;
    const MatrixXd M = problem->teacher(3);
    MatrixXd W(4, 3);
    W << .3, -.2, .5, .1, .8, -.4, 0, .6, .2, -.7, .1, .3;
    const MatrixXd E = W - M;
    const double B = 5.0;
    // Cov(G_ij, G_kl) = [(E E^T + Delta)_ik delta_jl + E_il E_kj] / B.
    const auto covariance = [&](Eigen::Index i, Eigen::Index j, Eigen::Index k, Eigen::Index l) {
        return ((j == l ? (E * E.transpose())(i, k) + (i == k ? 0.7 : 0.0) : 0.0) + E(i, l) * E(k, j)) / B;
    };
    for (const char* method : {"direct", "reduced"}) {
        CAPTURE(method);
        const auto batch = fresh_batches(method, *problem, M, {.seed = 5});
        constexpr int draws = 200000;
        MatrixXd mean = MatrixXd::Zero(4, 3);
        MatrixXd second = MatrixXd::Zero(12, 12);
        MatrixXd pull;
        for (int draw = 0; draw < draws; ++draw) {
            batch->draw(W, pull);
            mean += pull;
            const Eigen::VectorXd deviation = (pull + E).reshaped();
            second += deviation * deviation.transpose();
        }
        mean /= draws;
        second /= draws;
        for (Eigen::Index i = 0; i < 4; ++i)
            for (Eigen::Index j = 0; j < 3; ++j) {
                CHECK(std::abs(mean(i, j) + E(i, j)) <
                      allowed_score * std::sqrt(covariance(i, j, i, j) / draws));
                for (Eigen::Index k = 0; k < 4; ++k)
                    for (Eigen::Index l = 0; l < 3; ++l) {
                        // The variance of a product of two nearly Gaussian numbers, with room for heavier
                        // tails.
                        const double spread =
                            std::sqrt(4.0 * covariance(i, j, i, j) * covariance(k, l, k, l) / draws);
                        CHECK(std::abs(second(j * 4 + i, l * 4 + k) - covariance(i, j, k, l)) <
                              allowed_score * spread);
                    }
            }
    }
}

TEST_CASE("deep linear: mode diffusion is the variance that one step gains, from any weights") {
    const auto problem = batches(3, {2.0, 1.0}, 0.1, 1e-3, 4, 0.3, {0.0});
    problem->initial = {.kind = StartKind::random, .scale = 0.9, .size = 4, .replicas = 1};
    const Network start(problem->weights(4, 0));
    const Observer observer(*problem, 4, start);
    Recorder recorder(problem->observables(), 1, 1);
    observer.observe(start, recorder.at(0, 0));
    const auto batch = fresh_batches("direct", *problem, observer.teacher(), {.seed = 9});
    constexpr int draws = 40000;
    std::vector<double> before, after, sum(2, 0.0), square(2, 0.0);
    observer.strengths(start, before);
    MatrixXd pull;
    for (int draw = 0; draw < draws; ++draw) {
        Network moved = start;
        batch->draw(moved.product(), pull);
        moved.step(problem->learning_rate, pull);
        observer.strengths(moved, after);
        for (std::size_t k = 0; k < 2; ++k) {
            sum[k] += after[k] - before[k];
            square[k] += std::pow(after[k] - before[k], 2);
        }
    }
    const Trajectory recorded = recorder.take();
    for (std::size_t k = 0; k < 2; ++k) {
        const double variance = square[k] / draws - std::pow(sum[k] / draws, 2);
        CHECK(variance / problem->learning_rate ==
              doctest::Approx(recorded.find("mode_diffusion")->at(0, 0)[k]).epsilon(0.03));
    }
}

TEST_CASE("deep linear: the mean of one step, to second order in the learning rate, as published") {
    const test::CheckValues known("deep-linear");
    for (const char* method : {"direct", "reduced"}) {
        const auto problem = batches(2, {2.0, 1.0, 0.5}, 0.1, 0.05, method[0] == 'd' ? 2 : 3, 0.5, {0.05});
        problem->initial.strengths = {1.2, 0.3, 0.1};
        const auto run = simulate(problem, method, 3, 50, 4000);
        for (std::size_t k = 0; k < 3; ++k) {
            CAPTURE(k);
            const double s = problem->initial.strengths[k];
            const double e = s - problem->strengths[k];
            double others = 0.0;
            for (std::size_t l = 0; l < 3; ++l)
                if (l != k)
                    others += problem->initial.strengths[l] * e *
                              (problem->initial.strengths[l] - problem->strengths[l]);
            const double eta = 0.05;
            const double B = static_cast<double>(problem->batch_size);
            const double step =
                -2 * eta * s * e + eta * eta * (s * e * e + (s * (2 * e * e + 0.5) + others) / B);
            if (method[0] == 'd') CHECK(step == known.approx("one-step", "change", k));
            CHECK(Estimate(run, "mode_strength", 0, k).score(s + step) < allowed_score);
        }
    }
}

TEST_CASE("deep linear: moments of a single layer, exactly") {
    for (const char* method : {"direct", "reduced"}) {
        const bool direct = method[0] == 'd';
        const auto problem = batches(1, {2.0, 0.7}, 0.1, 0.15, direct ? 3 : 8, 0.4, {0.0, 0.6, 3.0});
        problem->output_ratio = 0.8;
        const auto run = simulate(problem, method, 5, 60, 100);
        const auto theory =
            cases::solve_route(closed_form::one_layer_kind(), problem, {}, problem->grid.times, {.d = 5});
        for (std::size_t time = 0; time < 3; ++time) {
            CAPTURE(time);
            CHECK(Estimate(run, "generalization_error", time)
                      .score(theory.at("generalization_error", time), 1e-12) < allowed_score);
            for (std::size_t k = 0; k < 2; ++k)
                for (const char* what : {"mode_strength", "variance_of_modes", "mode_diffusion"}) {
                    CAPTURE(what);
                    CHECK(Estimate(run, what, time, k).score(theory.at(what, time, k), 1e-12) <
                          allowed_score);
                }
        }
    }
}

TEST_CASE("deep linear: projected matrices have the law of single modes; real ones deviate with eta d / B") {
    const std::vector<double> times{0.5, 1.0, 1.5, 2.0};
    const auto problem = batches(2, {2.0, 1.0}, 0.02, 0.01, 4, 0.2, times);
    const auto modes = simulate(problem, "mode", 2, 40, 200);
    const auto projected = simulate(problem, "projected", 6, 40, 20);
    for (std::size_t time = 0; time < times.size(); ++time)
        for (std::size_t k = 0; k < 2; ++k)
            for (const char* what : {"mode_strength", "variance_of_modes", "mode_diffusion"}) {
                const Estimate one(modes, what, time, k);
                CHECK(Estimate(projected, what, time, k).score(one.mean, one.error) < allowed_score);
            }
    // The deviation of real weights without label noise, at t = 0.75 of the strong mode.
    std::vector<double> deviation;
    for (const std::uint64_t B : {std::uint64_t{16}, std::uint64_t{64}}) {
        const auto wide = batches(2, {2.0, 1.0}, 0.05, 0.01, B, 0.0, {0.75, 1.0, 1.25});
        const auto real = simulate(wide, "direct", 24, 20, 10);
        const auto alone = simulate(wide, "mode", 2, 40, 500);
        double sum = 0.0;
        for (std::size_t time = 0; time < 3; ++time)
            sum += Estimate(alone, "mode_strength", time).mean - Estimate(real, "mode_strength", time).mean;
        deviation.push_back(sum);
    }
    CHECK(std::abs(deviation[1]) < 0.6 * std::abs(deviation[0]) + 0.01);
}

TEST_CASE("deep linear: ensembles of real weights and of modes, as published") {
    const test::CheckValues known("deep-linear");
    const auto check = [&](const cases::RouteSolution& run, const std::string& name) {
        CAPTURE(name);
        const double tolerance = known.number(name + ".tolerance");
        for (std::size_t time = 0; time < known.numbers(name + ".times").size(); ++time) {
            CAPTURE(time);
            CHECK(std::abs(Estimate(run, "mode_strength", time).mean -
                           known.numbers(name + ".mean").at(time)) < tolerance);
            CHECK(std::abs(std::sqrt(Estimate(run, "variance_of_modes", time).mean) -
                           known.numbers(name + ".deviation").at(time)) < tolerance);
        }
    };
    const std::vector<double> times = known.numbers("ensemble-weights.times");
    REQUIRE(known.numbers("ensemble-modes.times") == times);
    const auto problem = batches(2, {2.0}, 0.02, 0.01, 4, 0.0, times);
    check(simulate(problem, "direct", 6, 20, 100), "ensemble-weights");
    check(simulate(problem, "mode", 6, 20, 2000), "ensemble-modes");
    const auto noisy = batches(2, {1.0}, 0.02, 0.02, 2, 0.5, known.numbers("ensemble-label-noise.times"));
    check(simulate(noisy, "mode", 1, 40, 2000), "ensemble-label-noise");
}

TEST_CASE("deep linear: label noise shrinks what was learned and balances layers") {
    // Shrinkage, published: .0093 +- .0006 at d = 8, eta Delta / B = .0025; .010 to leading order.
    const auto settled = batches(2, {1.0}, 0.95, 0.02, 8, 1.0, {60.0, 70.0, 80.0});
    const auto theory =
        cases::solve_route(closed_form::label_noise_kind(), settled, {}, settled->grid.times, {.d = 8});
    CHECK(theory.at("mode_strength", 0) == doctest::Approx(0.99).epsilon(1e-12));
    const auto run = simulate(settled, "reduced", 8, 30, 20);
    double mean = 0.0;
    double error = 0.0;
    for (std::size_t time = 0; time < 3; ++time) {
        const Estimate one(run, "mode_strength", time);
        mean += one.mean / 3.0;
        error = std::max(error, one.error);
    }
    CHECK(std::abs(mean - 0.99) < 4.0 * error + 0.0015);
    // Balancing: from b^2 - a^2 = 3.75 at a rate of eta Delta d / B = .075.
    const auto tilted = batches(2, {1.0}, 1.0, 0.02, 16, 5.0, {0.0, 5.0, 10.0});
    tilted->initial = {.kind = StartKind::unbalanced, .first = {0.5}, .second = {2.0}};
    const auto falls =
        cases::solve_route(closed_form::label_noise_kind(), tilted, {}, tilted->grid.times, {.d = 12});
    CHECK(falls.at("imbalance", 0) == doctest::Approx(3.75));
    CHECK(falls.at("imbalance", 2) == doctest::Approx(3.75 * std::exp(-0.75)).epsilon(1e-6));
    const auto real = simulate(tilted, "reduced", 12, 20, 4);
    for (std::size_t time = 0; time < 3; ++time) {
        const Estimate one(real, "imbalance", time);
        CHECK(std::abs(one.mean - falls.at("imbalance", time)) <
              4.0 * one.error + 0.05 * falls.at("imbalance", time));
    }
}

TEST_CASE("deep linear: data sets approach the population, batches of all samples are the whole gradient") {
    const auto learn = [](Rule rule, double ratio, std::uint64_t batch) {
        auto problem = std::make_shared<DeepLinear>();
        problem->strengths = {2.0, 1.0};
        problem->initial.strengths = {0.1, 0.1};
        problem->rule = rule;
        problem->learning_rate = 0.05;
        problem->batch_size = batch;
        problem->label_noise = ratio > 0.0 ? 0.3 : 0.0;
        if (ratio > 0.0) problem->sample_ratio = ratio;
        problem->grid = {.times = {0.0, 1.0, 2.5}, .unit = problem->time_unit()};
        return problem;
    };
    const auto population = simulate(learn(Rule::gradient_descent, 0.0, 0), "direct", 6, 1, 1);
    std::vector<double> distance;
    for (const double ratio : {100.0, 10000.0}) {
        const auto one = simulate(learn(Rule::gradient_descent, ratio, 0), "direct", 6, 8, 1);
        double square = 0.0;
        for (std::size_t replica = 0; replica < 8; ++replica)
            square += std::pow(one.trajectory.find("mode_strength")->at(replica, 1)[1] -
                                   population.at("mode_strength", 1, 1),
                               2);
        distance.push_back(std::sqrt(square));
    }
    // Ten times closer, give or take the chance of eight data sets.
    CHECK(distance[0] / distance[1] > 4.0);
    CHECK(distance[0] / distance[1] < 25.0);
    const auto all = simulate(learn(Rule::sgd, 20.0, 120), "direct", 6, 1, 1);
    const auto whole =
        cases::solve_route(simulation_kind(), learn(Rule::gradient_descent, 20.0, 0), {}, {0.0, 1.0, 2.5},
                           {.name = "sim-direct", .d = 6, .replicas = 1, .seed = 3});
    for (const char* what : {"mode_strength", "train_loss", "off_diagonal"})
        CHECK(all.at(what, 2) == doctest::Approx(whole.at(what, 2)).epsilon(1e-10));
    // Flow conserves the balance of layers whatever the data.
    const auto flow = simulate(learn(Rule::gradient_flow, 3.0, 0), "direct", 6, 1, 1);
    CHECK(flow.at("imbalance", 2) < 1e-8);
    CHECK(flow.at("train_loss", 2) < flow.at("train_loss", 0));
}

}  // namespace deep_linear_batches_tests
