// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "check_values.hpp"
#include "generalized_linear_cases.hpp"
#include "math/matrices/marchenko_pastur.hpp"
#include "route_cases.hpp"
#include "solvers/state_evolution/generalized_linear.hpp"
#include "solvers/state_evolution/linear_parameters.hpp"
#include "solvers/state_evolution/mapped_parameters.hpp"
#include "solvers/state_evolution/sampled_samples.hpp"
#include "solvers/state_evolution/squared_samples.hpp"

namespace state_evolution_tests {

namespace cases = generalized_linear_cases;

using namespace hidyn;
using namespace hidyn::state_evolution;
using cases::GeneralizedLinear;
using cases::Rule;
using Eigen::Index;
using generalized_linear::Method;

namespace {

constexpr double never = 1e12;

Path exact_path(const GeneralizedLinear& problem) {
    const Method method(problem.algorithm, problem.steps());
    LinearParameters parameters(problem, method);
    SquaredSamples samples(problem, method);
    return evolve(problem.steps() + 1, never, parameters, samples, [] { return true; });
}

Path sampled_path(const GeneralizedLinear& problem, std::size_t points, std::uint32_t repeat = 0) {
    const Method method(problem.algorithm, problem.steps());
    const Draw draw{.repeat = repeat, .points = points};
    SampledSamples samples(problem, method, draw);
    if (method.linear()) {
        LinearParameters parameters(problem, method);
        return evolve(problem.steps() + 1, never, parameters, samples, [] { return true; });
    }
    MappedParameters parameters(problem, method, draw);
    return evolve(problem.steps() + 1, never, parameters, samples, [] { return true; });
}

cases::RouteSolution state_evolution_of(const std::shared_ptr<GeneralizedLinear>& problem,
                                        const std::map<std::string, Value>& keys = {}) {
    return cases::solve_route(generalized_linear_kind(), problem, keys, problem->recording.grid.times);
}

}  // namespace

TEST_CASE("state evolution: the public check values of linear regression, to 1e-7") {
    const test::CheckValues known("state-evolution");
    const std::vector<std::pair<std::string, cases::Algorithm>> methods{
        {"gradient-descent", {.rule = Rule::gradient_descent}},
        {"ridge", {.rule = Rule::gradient_descent, .ridge = 0.5}},
        {"heavy-ball", {.rule = Rule::heavy_ball, .momentum = 0.5}},
        {"nesterov", {.rule = Rule::nesterov, .momentum = 0.6}}};
    const std::vector<double> times = known.numbers("linear.times");
    const double tolerance = known.number("linear.tolerance");
    for (const auto& row : methods) {
        const std::string& method = row.first;
        CAPTURE(method);
        const auto expected = [&known, where = "linear." + method + "."](const char* name, std::size_t k) {
            return known.numbers(where + name).at(k);
        };
        const Path path = exact_path(*cases::linear(row.second, 20));
        const Debiasing debiasing = debiasing_of(path);
        for (std::size_t k = 0; k < times.size(); ++k) {
            const auto t = static_cast<Index>(times[k]);
            CAPTURE(t);
            const auto place = static_cast<std::size_t>(t);
            CHECK(std::abs(path.R[place] - expected("R", k)) < tolerance);
            CHECK(std::abs(path.C(t, t) - expected("Q", k)) < tolerance);
            CHECK(std::abs(path.C(std::max<Index>(t, 2), std::min<Index>(t, 2)) - expected("C_t2", k)) <
                  tolerance);
            CHECK(std::abs(path.rho(t, 0) - expected("rho_t0", k)) < tolerance);
            CHECK(std::abs(debiasing.deviation[place - 1] - expected("sigma", k)) < tolerance);
            CHECK(debiasing.bias[place] == doctest::Approx(1.0).epsilon(1e-12));
            CHECK(std::abs(path.tau(t - 1, 0) - expected("tau", k)) < tolerance);
        }
    }
}

TEST_CASE(
    "state evolution: gradient descent in linear regression is the average over Marchenko and Pastur's law") {
    for (const double alpha : {0.5, 1.0, 2.0}) {
        CAPTURE(alpha);
        const double eta = 0.9 / std::pow(1.0 + std::sqrt(alpha), 2);
        const double T = 1.7;
        const double Delta = 0.3;
        const auto problem = cases::regression(cases::Loss::square(), cases::LabelChannel::additive, alpha, T,
                                               Delta, {.learning_rate = eta}, 60);
        const Path path = exact_path(*problem);
        // Eigenvalues of A^T A = (n / d) times those of the sample covariance.
        const math::MarchenkoPastur spectrum(alpha);
        for (const int t : {1, 7, 60}) {
            double R = 0.0;
            double Q = 0.0;
            for (std::size_t k = 0; k < spectrum.nodes.size(); ++k) {
                const double x = alpha * spectrum.nodes[k];
                const double learned = 1.0 - std::pow(1.0 - eta * x, t);
                R += spectrum.weights[k] * T * learned;
                Q += spectrum.weights[k] * learned * learned * (T + Delta / x);
            }
            CHECK(path.R[static_cast<std::size_t>(t)] == doctest::Approx(R).epsilon(1e-9));
            CHECK(path.C(t, t) == doctest::Approx(Q).epsilon(1e-9));
        }
    }
}

TEST_CASE("state evolution: the path ends at the ridge estimator, and the responses add up to its own") {
    const auto problem = cases::regression(cases::Loss::square(), cases::LabelChannel::additive, 2.0, 1.0,
                                           0.25, {.learning_rate = 0.15, .ridge = 0.3}, 400);
    const Path path = exact_path(*problem);
    // 1 / V = lambda + alpha / (1 + V) and its consequences, solved by hand: V = 2/3, m = 0.8.
    CHECK(path.R[400] == doctest::Approx(0.8).epsilon(1e-12));
    CHECK(path.C(400, 400) == doctest::Approx(0.7764705882352941).epsilon(1e-12));
    CHECK(0.15 * path.rho.row(400).sum() == doctest::Approx(2.0 / 3.0).epsilon(1e-12));
}

TEST_CASE("state evolution: continuous time is approached at first order in the learning rate") {
    const test::CheckValues known("state-evolution");
    const std::vector<double> rates = known.numbers("continuous-time.learning_rates");
    for (std::size_t k = 0; k < rates.size(); ++k) {
        const double eta = rates[k];
        const double mse = known.numbers("continuous-time.mean_square_error").at(k);
        const auto steps = static_cast<std::size_t>(std::lround(3.2 / eta));
        const Path path = exact_path(*cases::regression(cases::Loss::square(), cases::LabelChannel::additive,
                                                        2.0, 1.0, 0.25, {.learning_rate = eta}, steps));
        const auto last = static_cast<Index>(steps);
        CHECK(std::abs(path.C(last, last) - 2.0 * path.R[steps] + 1.0 - mse) <
              known.number("continuous-time.tolerance"));
    }
}

TEST_CASE(
    "state evolution: whitened points reproduce the closed equations, also where the covariance is "
    "singular") {
    // Iterates that converge leave most directions of the covariance without variance.
    for (const cases::Algorithm& algorithm : {cases::Algorithm{.rule = Rule::gradient_descent},
                                              cases::Algorithm{.rule = Rule::heavy_ball, .momentum = 0.9},
                                              cases::Algorithm{.rule = Rule::nesterov, .momentum = 0.9}}) {
        const auto problem = cases::linear(algorithm, 60);
        const Path exact = exact_path(*problem);
        const Path sampled = sampled_path(*problem, 1024);
        CHECK(sampled.finished == 61);
        // Responses are in single precision.
        CHECK((exact.C - sampled.C).cwiseAbs().maxCoeff() < 1e-5);
        CHECK((exact.tau - sampled.tau).cwiseAbs().maxCoeff() < 1e-6);
        CHECK((exact.rho - sampled.rho).cwiseAbs().maxCoeff() < 1e-5);
        for (std::size_t t = 0; t <= 60; ++t) {
            CHECK(sampled.train_loss[t] == doctest::Approx(exact.train_loss[t]).epsilon(1e-5));
            CHECK(sampled.test_loss[t] == doctest::Approx(exact.test_loss[t]).epsilon(1e-5));
        }
    }
}

TEST_CASE("state evolution: the first step in closed form") {
    const double alpha = 3.0;
    const double eta = 0.7;
    const double T = 4.0;
    const auto check = [&](cases::LabelChannel channel, double delta) {
        const Path path = sampled_path(
            *cases::regression(cases::Loss::logistic(), channel, alpha, T, 0.0, {.learning_rate = eta}, 1),
            16384);
        CHECK(path.tau(0, 0) == doctest::Approx(-alpha * eta / 4.0).epsilon(1e-6));
        CHECK(path.Sigma(0, 0) == doctest::Approx(alpha * eta * eta / 4.0).epsilon(1e-12));
        CHECK(path.delta[0] == doctest::Approx(delta).epsilon(2e-4));
        CHECK(path.R[1] == doctest::Approx(delta * T).epsilon(2e-4));
        CHECK(path.C(1, 1) == doctest::Approx(delta * delta * T + alpha * eta * eta / 4.0).epsilon(4e-4));
        CHECK(path.rho(1, 0) == 1.0);
    };
    // E sigma'(2 z) = 0.1514..., from R at t = 1 of the check values, which is 3 * 4 times it.
    const double R = test::CheckValues("state-evolution").rows("logistic.rows").at(0).at(1);
    check(cases::LabelChannel::logistic, alpha * eta * R / 12.0);
    check(cases::LabelChannel::sign, alpha * eta * 0.5 * std::sqrt(2.0 / (std::numbers::pi * T)));
}

TEST_CASE("state evolution: the public check values of nonlinear losses") {
    const test::CheckValues known("state-evolution");
    const auto check = [&](const std::string& name, const std::shared_ptr<GeneralizedLinear>& problem) {
        CAPTURE(name);
        // sigma and bias of t - 1 are public, R and the losses of t.
        const cases::RouteSolution found = state_evolution_of(problem, {{"samples", std::int64_t{16384}}});
        for (const std::vector<double>& row : known.rows(name + ".rows")) {
            const auto t = static_cast<std::size_t>(row.at(0));
            CAPTURE(t);
            const auto close = [&](const char* observable, std::size_t time, std::size_t component,
                                   double expected) {
                CAPTURE(observable);
                const double error = found.error_at(observable, time, component);
                // The values are given to five decimals at best.
                const double tolerance = std::max(row.at(9) * std::abs(expected), 5e-6);
                CHECK(error < tolerance);
                CHECK(std::abs(found.at(observable, time, component) - expected) < tolerance + 3.0 * error);
            };
            close("R", t, 0, row.at(1));
            close("Q", t, 0, row.at(2));
            close("train_loss", t, 0, row.at(3));
            close("test_loss", t, 0, row.at(4));
            close("tau", t - 1, t - 1, row.at(5));
            close("rho", t, 0, row.at(6));
            close("debiasing_bias", t - 1, 0, row.at(7));
            close("debiasing_deviation", t - 1, 0, row.at(8));
        }
    };
    check("logistic", cases::logistic({.learning_rate = 1.0}, 15));
    check("tanh", cases::regression(cases::Loss::square(), cases::LabelChannel::additive, 2.5, 1.0, 0.04,
                                    {.learning_rate = 0.4}, 12, "tanh"));
    check("huber", cases::regression(cases::Loss::huber(1.0), cases::LabelChannel::additive, 2.0, 1.0, 0.25,
                                     {.learning_rate = 0.15}, 12));
    check("logistic-nesterov",
          cases::logistic({.rule = Rule::nesterov, .learning_rate = 0.5, .ridge = 0.1, .momentum = 0.6}, 15));
}

TEST_CASE("state evolution: a soft threshold of zero shrinks nothing") {
    auto problem = cases::linear({.rule = Rule::ista, .l1 = 0.0}, 15);
    const Method plain(problem->algorithm, 15);
    CHECK(plain.linear());
    // A threshold that no coordinate feels: all kept but those within 1e-9 of zero.
    problem->algorithm.l1 = 1e-9 / 0.15;
    const Method method(problem->algorithm, 15);
    MappedParameters parameters(*problem, method, {.points = 4096});
    SquaredSamples samples(*problem, method);
    const Path shrunk = evolve(16, never, parameters, samples, [] { return true; });
    const Path exact = exact_path(*cases::linear({.rule = Rule::gradient_descent}, 15));
    CHECK((shrunk.C - exact.C).cwiseAbs().maxCoeff() < 1e-5);
    CHECK((shrunk.rho - exact.rho).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("state evolution: the same bytes for any number of threads") {
    const auto problem = cases::logistic({.learning_rate = 1.0}, 6);
    const auto with_threads = [&](int threads) {
        const int before = omp_get_max_threads();
        omp_set_num_threads(threads);
        const Path path = sampled_path(*problem, 4096);
        omp_set_num_threads(before);
        return path;
    };
    const Path one = with_threads(1);
    const Path three = with_threads(3);
    CHECK(one.tau == three.tau);
    CHECK(one.C == three.C);
    CHECK(one.test_loss == three.test_loss);
}

TEST_CASE("state evolution: a path that explodes says where, and what") {
    auto problem = cases::linear({.rule = Rule::gradient_descent}, 200);
    problem->algorithm.learning_rate = 1.0;  // the bound is 2 / (1 + sqrt 2)^2 = 0.343
    const cases::RouteSolution found = state_evolution_of(problem);
    CHECK(found.outcome.status == Status::diverged);
    CHECK(found.outcome.diverged_at > 5.0);
    CHECK(found.outcome.detail.find("at iteration") != std::string::npos);
    CHECK(std::isfinite(found.at("Q", 5)));
    CHECK(std::isnan(found.at("Q", 199)));
}

}  // namespace state_evolution_tests
