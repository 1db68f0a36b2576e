// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>
#include <numbers>

#include "against_theory.hpp"
#include "generalized_linear_cases.hpp"
#include "models/generalized_linear/declaration/declaration.hpp"
#include "models/generalized_linear/inference/estimate.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "route_cases.hpp"
#include "solvers/state_evolution/generalized_linear.hpp"
#include "solvers/state_evolution/linear_parameters.hpp"
#include "solvers/state_evolution/squared_samples.hpp"

namespace generalized_linear_tests {

namespace cases = generalized_linear_cases;

using namespace hidyn;
using namespace hidyn::generalized_linear;
using cases::regression;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using teacher_student::Loss;

namespace {

struct Replica {
    Signal signal;
    Samples samples;
    RecordedRun run;
};

Replica replica_of(const GeneralizedLinear& problem, std::uint64_t d, std::uint64_t seed = 3) {
    const random::StreamKey key{.seed = seed};
    Signal signal = draw_signal(problem, d, key);
    Samples samples = draw_samples(problem, d, signal, key);
    const Method method(problem.algorithm, problem.steps());
    RecordedRun run =
        run_method(method, problem.loss, samples, {signal.start}, 1e12, [](std::size_t) { return true; });
    return {std::move(signal), std::move(samples), std::move(run)};
}

MatrixXd plain_design(const Samples& samples) {
    MatrixXd A(static_cast<Index>(samples.count), static_cast<Index>(samples.d));
    for (std::size_t i = 0; i < samples.count; ++i)
        A.row(static_cast<Index>(i)) = Eigen::Map<const Eigen::RowVectorXd>(samples.row(i), A.cols());
    return A;
}

/// The methods as their authors write them, for the logistic or the square loss.
MatrixXd textbook(const GeneralizedLinear& problem, const Samples& samples, const Signal& signal) {
    const MatrixXd A = plain_design(samples);
    const VectorXd y = Eigen::Map<const VectorXd>(samples.labels.data(), A.rows());
    const Algorithm& one = problem.algorithm;
    const auto gradient = [&](const VectorXd& theta) -> VectorXd {
        const VectorXd g = A * theta;
        VectorXd slope = g - y;
        if (problem.loss.loss().of_margin())
            slope = -(y.array() / (1.0 + (y.array() * g.array()).exp())).matrix();
        return A.transpose() * slope + one.ridge * theta;
    };
    const auto shrink = [&](VectorXd v) {
        const double threshold = one.learning_rate * one.l1;
        return VectorXd(v.array().sign() * (v.array().abs() - threshold).max(0.0));
    };
    const std::size_t steps = problem.steps();
    MatrixXd path(static_cast<Index>(steps + 1), A.cols());
    VectorXd theta = Eigen::Map<const VectorXd>(signal.start.data(), A.cols());
    VectorXd before = theta;
    path.row(0) = theta;
    for (std::size_t t = 1; t <= steps; ++t) {
        VectorXd next = theta - one.learning_rate * gradient(theta);
        switch (one.rule) {
            case Rule::gradient_descent:
                theta = next;
                break;
            case Rule::heavy_ball:
                next += one.momentum * (theta - before);
                before = theta;
                theta = next;
                break;
            case Rule::ista:
                theta = shrink(next);
                break;
            case Rule::nesterov:
            case Rule::fista: {
                const double time = static_cast<double>(t);
                const double mu =
                    one.rule == Rule::nesterov ? one.momentum : (t < 2 ? 0.0 : (time - 2.0) / (time + 1.0));
                if (one.rule == Rule::fista) next = shrink(next);
                theta = next + mu * (next - before);
                before = next;
                break;
            }
            case Rule::amp:
                FAIL("has tests of its own");
        }
        path.row(static_cast<Index>(t)) = theta;
    }
    return path;
}

}  // namespace

TEST_CASE("generalized linear: every method is the textbook's") {
    const auto logistic = [](Algorithm algorithm) {
        return regression(Loss::logistic(), LabelChannel::logistic, 2.0, 4.0, 0.0, algorithm, 12, "linear",
                          0.5, 0.2);
    };
    for (const auto& problem :
         {logistic({.learning_rate = 0.8, .ridge = 0.2}),
          logistic({.rule = Rule::heavy_ball, .learning_rate = 0.5, .ridge = 0.1, .momentum = 0.6}),
          logistic({.rule = Rule::nesterov, .learning_rate = 0.5, .ridge = 0.1, .momentum = 0.6}),
          cases::lasso(Rule::ista, 12), cases::lasso(Rule::fista, 12)}) {
        const Replica one = replica_of(*problem, 37);
        CHECK((one.run.theta - textbook(*problem, one.samples, one.signal)).cwiseAbs().maxCoeff() < 1e-12);
        CHECK(one.run.finished == 13);
        const MatrixXd A = plain_design(one.samples);
        CHECK((one.run.field.transpose() - A.transpose() * one.run.force.transpose()).cwiseAbs().maxCoeff() <
              1e-12);
    }
}

TEST_CASE("generalized linear: signal and start have exactly the norms and the overlap they are told") {
    auto problem = regression(Loss::square(), LabelChannel::additive, 1.0, 2.0, 0.1, {.learning_rate = 0.1},
                              1, "linear", 0.7, 0.4);
    for (const Prior prior : {Prior::gaussian, Prior::bernoulli_gauss}) {
        problem->signal = {.prior = prior, .sparsity = 0.1};
        const Signal signal = draw_signal(*problem, 130, {.seed = 5});
        const Eigen::Map<const VectorXd> truth(signal.truth.data(), 130);
        const Eigen::Map<const VectorXd> start(signal.start.data(), 130);
        CHECK(truth.squaredNorm() / 130 == doctest::Approx(2.0).epsilon(1e-13));
        CHECK(start.squaredNorm() / 130 == doctest::Approx(0.7).epsilon(1e-13));
        CHECK(start.dot(truth) / 130 == doctest::Approx(0.4).epsilon(1e-13));
        if (prior == Prior::bernoulli_gauss) CHECK((truth.array() != 0.0).count() == 13);
    }
}

TEST_CASE("generalized linear: designs have mean 0 and variance 1, and kurtosis of their own") {
    auto problem =
        regression(Loss::square(), LabelChannel::additive, 2.0, 1.0, 0.1, {.learning_rate = 0.1}, 1);
    const std::vector<std::pair<DesignLaw, double>> laws{
        {{.kind = Design::gaussian}, 3.0},
        {{.kind = Design::rademacher}, 1.0},
        {{.kind = Design::bernoulli, .probability = 0.1}, 3.0 + (1.0 - 6.0 * 0.09) / 0.09},
        {{.kind = Design::student_t, .degrees_of_freedom = 10.0}, 4.0}};
    for (const auto& [law, kurtosis] : laws) {
        problem->design = law;
        const random::StreamKey key{.seed = 2};
        const MatrixXd X = std::sqrt(300.0) *
                           plain_design(draw_samples(*problem, 300, draw_signal(*problem, 300, key), key));
        const double entries = static_cast<double>(X.size());
        CHECK(std::abs(X.mean()) < 4.5 / std::sqrt(entries));
        CHECK(std::abs(X.squaredNorm() / entries - 1.0) <
              4.5 * std::sqrt((kurtosis - 1.0 + 1e-12) / entries));
        CHECK(X.array().pow(4).mean() == doctest::Approx(kurtosis).epsilon(0.03));
    }
}

TEST_CASE("generalized linear: logistic labels have their probability, and binary losses know both") {
    const Label label(cases::one_unit("linear"), LabelChannel::logistic, 0.0);
    const double z = 0.8;
    double probability = 0.0;
    label.positive_probability(&z, 1, 1, &probability);
    CHECK(probability == doctest::Approx(1.0 / (1.0 + std::exp(-0.8))).epsilon(1e-14));
    random::Stream stream({.seed = 9});
    int positive = 0;
    for (int draw = 0; draw < 40000; ++draw) {
        const double noise = stream.normal();
        double y = 0.0;
        label.evaluate(&z, 1, &noise, 1, &y);
        positive += y > 0.0 ? 1 : 0;
    }
    CHECK(std::abs(positive / 40000.0 - probability) < 4.5 * 0.5 / 200.0);
    const Label sign(cases::one_unit("linear"), LabelChannel::sign, 0.25);
    sign.positive_probability(&z, 1, 1, &probability);
    CHECK(probability == doctest::Approx(0.5 * std::erfc(-1.6 / std::numbers::sqrt2)).epsilon(1e-14));
}

TEST_CASE("generalized linear: under the square loss the data know both responses exactly") {
    for (const Algorithm& algorithm : {Algorithm{.rule = Rule::gradient_descent, .ridge = 0.3},
                                       Algorithm{.rule = Rule::heavy_ball, .momentum = 0.5},
                                       Algorithm{.rule = Rule::nesterov, .momentum = 0.6}}) {
        auto problem = cases::linear(algorithm, 20);
        const Replica one = replica_of(*problem, 57);
        problem->sample_ratio = static_cast<double>(one.samples.count) / 57.0;
        const Method method(problem->algorithm, 20);
        const PathEstimate estimate = estimate_path(method, problem->loss, one.samples, one.run);
        state_evolution::LinearParameters parameters(*problem, method);
        state_evolution::SquaredSamples samples(*problem, method);
        const state_evolution::Path path =
            state_evolution::evolve(21, 1e12, parameters, samples, [] { return true; });
        CHECK((estimate.tau - path.tau).cwiseAbs().maxCoeff() < 1e-13);
        CHECK((estimate.rho - path.rho).cwiseAbs().maxCoeff() < 1e-12);
    }
}

TEST_CASE("generalized linear: the fields answer to the start as tau says") {
    // h^t . theta^0 / d -> sum_s tau_ts C_s0 + delta_t R_0: the noise W is independent of the start.
    const auto problem =
        regression(Loss::square(), LabelChannel::additive, 2.0, 1.0, 0.25,
                   {.rule = Rule::nesterov, .learning_rate = 0.15, .momentum = 0.6}, 4, "linear", 1.0, 0.3);
    const Method method(problem->algorithm, 4);
    state_evolution::LinearParameters parameters(*problem, method);
    state_evolution::SquaredSamples samples(*problem, method);
    const state_evolution::Path path =
        state_evolution::evolve(5, 1e12, parameters, samples, [] { return true; });
    constexpr int replicas = 40;
    for (Index t = 0; t < 5; ++t) {
        double predicted = path.delta[static_cast<std::size_t>(t)] * 0.3;
        for (Index s = 0; s <= t; ++s) predicted += path.tau(t, s) * path.C(s, 0);
        double mean = 0.0;
        double square = 0.0;
        for (std::uint64_t replica = 0; replica < replicas; ++replica) {
            const Replica one = replica_of(*problem, 400, replica);
            const double x = one.run.field.row(t).dot(one.run.theta.row(0)) / 400.0;
            mean += x / replicas;
            square += x * x / replicas;
        }
        const double error = std::sqrt((square - mean * mean) / (replicas - 1));
        CHECK(std::abs(mean - predicted) < 4.0 * error);
        CHECK(error < 0.003);
    }
}

TEST_CASE("generalized linear: estimated responses are those of a path that is perturbed") {
    // rho_t0 and tau_t0 are averages of derivatives: a random perturbation of h^0 and of the preactivations.
    const auto problem =
        cases::logistic({.rule = Rule::nesterov, .learning_rate = 0.8, .ridge = 0.1, .momentum = 0.4}, 5);
    const Replica one = replica_of(*problem, 1500);
    const Method method(problem->algorithm, 5);
    const PathEstimate estimate = estimate_path(method, problem->loss, one.samples, one.run);
    random::Stream stream({.seed = 4});
    VectorXd direction(1500);
    for (double& entry : direction) entry = stream.bits() & 1U ? 1.0 : -1.0;
    const MatrixXd A = plain_design(one.samples);
    const VectorXd y = Eigen::Map<const VectorXd>(one.samples.labels.data(), A.rows());
    const auto path_with = [&](double epsilon) {
        VectorXd before = VectorXd::Zero(1500);
        VectorXd theta = before;
        std::vector<VectorXd> path{theta};
        for (int t = 0; t < 5; ++t) {
            const VectorXd g = A * theta;
            const VectorXd slope = -(y.array() / (1.0 + (y.array() * g.array()).exp())).matrix();
            VectorXd next = (1.0 - 0.08) * theta - 0.8 * (A.transpose() * slope);
            if (t == 0) next += epsilon * direction;
            theta = next + 0.4 * (next - before);
            before = next;
            path.push_back(theta);
        }
        return path;
    };
    const auto up = path_with(1e-4);
    const auto down = path_with(-1e-4);
    for (std::size_t t = 1; t <= 5; ++t) {
        // A single direction knows the trace to O(d^-1/2) of the response's size.
        const double measured = direction.dot(up[t] - down[t]) / (2e-4 * 1500);
        CHECK(std::abs(measured - estimate.rho(static_cast<Index>(t), 0)) < 0.08);
    }
}

TEST_CASE("generalized linear: logistic forces answer to their own preactivations as tau says") {
    // Random kicks z of all preactivations at iteration r: z . du^s / d -> tau_sr, for the answers of
    // different samples to each other average out. The path is written out here; only the data are drawn by
    // the program.
    const auto problem = cases::logistic({.learning_rate = 1.0}, 4);
    const auto theory = cases::solve_route(state_evolution::generalized_linear_kind(), problem, {},
                                           problem->recording.grid.times);
    constexpr int replicas = 16;
    constexpr Index d = 500;
    for (const int kicked : {0, 1}) {
        MatrixXd found(5, replicas);
        for (int replica = 0; replica < replicas; ++replica) {
            const random::StreamKey key{.seed = 12, .replica = static_cast<std::uint32_t>(replica)};
            const Signal signal = draw_signal(*problem, d, key);
            const Samples samples = draw_samples(*problem, d, signal, key);
            const MatrixXd A = plain_design(samples);
            const VectorXd y = Eigen::Map<const VectorXd>(samples.labels.data(), A.rows());
            random::Stream stream({.seed = 13, .replica = static_cast<std::uint32_t>(replica)});
            VectorXd kick(A.rows());
            for (double& entry : kick) entry = stream.bits() & 1U ? 1.0 : -1.0;
            const auto forces = [&](double epsilon) {
                MatrixXd all(A.rows(), 5);
                VectorXd theta = VectorXd::Zero(d);
                for (int t = 0; t < 5; ++t) {
                    VectorXd g = A * theta;
                    if (t == kicked) g += epsilon * kick;
                    all.col(t) = y.array() / (1.0 + (y.array() * g.array()).exp());
                    theta += A.transpose() * all.col(t);
                }
                return all;
            };
            found.col(replica) = (forces(1e-4) - forces(-1e-4)).transpose() * kick / (2e-4 * d);
        }
        for (int s = kicked; s < 5; ++s) {
            const double mean = found.row(s).mean();
            const double error =
                std::sqrt((found.row(s).array() - mean).square().sum() / (replicas * (replicas - 1.0)));
            const double predicted =
                theory.at("tau", static_cast<std::size_t>(s), static_cast<std::size_t>(kicked));
            CAPTURE(kicked);
            CAPTURE(s);
            CAPTURE(mean);
            CAPTURE(predicted);
            CHECK(std::abs(mean - predicted) < 4.0 * error + 3.0 / d);
            CHECK(error < 0.02);
        }
    }
}

TEST_CASE("generalized linear: simulations meet state evolution, linear and logistic, in every design") {
    for (const Design design : {Design::gaussian, Design::rademacher, Design::bernoulli, Design::student_t}) {
        CAPTURE(static_cast<int>(design));
        for (const auto& problem :
             {cases::linear({.rule = Rule::heavy_ball, .ridge = 0.1, .momentum = 0.5}, 8),
              cases::logistic({.learning_rate = 1.0}, 8)}) {
            problem->design.kind = design;
            problem->quantiles = true;
            problem->recording.grid.times = {0, 1, 2, 4, 8};
            cases::check_against_theory(state_evolution::generalized_linear_kind(), problem, 200, 24, 12.0);
        }
    }
}

TEST_CASE("generalized linear: simulations meet state evolution for other losses, links and starts") {
    const auto at = [](std::shared_ptr<GeneralizedLinear> problem) {
        problem->recording.grid.times = {0, 1, 3, 6};
        return problem;
    };
    cases::check_against_theory(state_evolution::generalized_linear_kind(),
                                at(regression(Loss::square(), LabelChannel::additive, 2.5, 1.0, 0.04,
                                              {.learning_rate = 0.4}, 6, "tanh")),
                                300, 24, 12.0);
    cases::check_against_theory(
        state_evolution::generalized_linear_kind(),
        at(regression(Loss::huber(1.0), LabelChannel::additive, 2.0, 1.0, 0.25, {.learning_rate = 0.15}, 6)),
        300, 24, 12.0);
    cases::check_against_theory(state_evolution::generalized_linear_kind(),
                                at(regression(Loss::logistic(), LabelChannel::sign, 2.0, 1.0, 0.0,
                                              {.learning_rate = 1.0, .ridge = 0.05}, 6, "linear", 0.5, 0.2)),
                                300, 24, 12.0);
    cases::check_against_theory(
        state_evolution::generalized_linear_kind(),
        at(regression(Loss::logistic(), LabelChannel::logistic, 3.0, 4.0, 0.0,
                      {.rule = Rule::nesterov, .learning_rate = 0.5, .ridge = 0.1, .momentum = 0.6}, 6)),
        300, 24, 12.0);
}

TEST_CASE("generalized linear: the lasso's path meets state evolution, plain and accelerated") {
    for (const Rule rule : {Rule::ista, Rule::fista}) {
        const auto problem = cases::lasso(rule, 12);
        problem->recording.grid.times = {0, 1, 2, 6, 12};
        cases::check_against_theory(state_evolution::generalized_linear_kind(), problem, 500, 24, 12.0);
    }
}

TEST_CASE("generalized linear: the same bytes for any number of threads, and a run that explodes ends") {
    auto problem = cases::logistic({.learning_rate = 1.0}, 4);
    const auto with_threads = [&](int threads) {
        const int before = omp_get_max_threads();
        omp_set_num_threads(threads);
        const cases::RouteSolution found = cases::solve_route(
            simulation_kind(), problem, {}, {0, 4}, {.name = "sim", .d = 60, .replicas = 5, .seed = 1});
        omp_set_num_threads(before);
        return found.trajectory.find("tau")->values;
    };
    problem->recording.grid.times = {0, 4};
    CHECK(with_threads(1) == with_threads(3));

    auto wild = cases::linear({.rule = Rule::gradient_descent}, 100);
    wild->algorithm.learning_rate = 2.0;
    const cases::RouteSolution found =
        cases::solve_route(simulation_kind(), wild, {}, wild->recording.grid.times,
                           {.name = "sim", .d = 40, .replicas = 3, .seed = 1});
    CHECK(found.outcome.status == Status::diverged);
    CHECK(found.outcome.diverged_replicas == 3);
    CHECK(std::isfinite(found.trajectory.find("Q")->at(0, 3)[0]));
    CHECK(std::isnan(found.trajectory.find("Q")->at(0, 99)[0]));
}

TEST_CASE("generalized linear: a simulation says what keeps it from the theory's limit") {
    const auto warning_of = [](const std::shared_ptr<GeneralizedLinear>& problem, std::uint64_t d) {
        const cases::RouteSolution found =
            cases::solve_route(simulation_kind(), problem, {}, problem->recording.grid.times,
                               {.name = "sim", .d = d, .replicas = 1, .seed = 1});
        const auto warning = found.outcome.attributes.find("warning");
        return warning == found.outcome.attributes.end() ? "" : std::get<std::string>(warning->second);
    };
    auto problem = cases::linear({.rule = Rule::gradient_descent}, 2);
    CHECK(warning_of(problem, 30).empty());
    problem->sample_ratio = 1.25;
    CHECK(warning_of(problem, 31).find("n = 39 is not sample_ratio * d = 38.75") != std::string::npos);
    problem->design = {.kind = Design::student_t, .degrees_of_freedom = 3.0};
    CHECK(warning_of(problem, 40).find("fourth moment is infinite") != std::string::npos);
}

}  // namespace generalized_linear_tests
