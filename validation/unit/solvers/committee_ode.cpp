// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "check_values.hpp"
#include "committee_cases.hpp"
#include "math/integrator.hpp"
#include "models/committee/simulation/direct.hpp"
#include "models/committee/simulation/reduced.hpp"
#include "solvers/ode/committee.hpp"

namespace committee_ode_tests {

using namespace hidyn;
using committee::Committee;
using committee::OnlineSgd;
using committee::OrderParameters;

namespace {

cases::Solved integrate(const std::shared_ptr<Committee>& problem, const std::vector<double>& times,
                        double tolerance = 1e-10, double quadrature_tolerance = 1e-7) {
    return cases::solve_route(ode::committee_kind(), problem,
                              {{"tolerance", tolerance}, {"quadrature_tolerance", quadrature_tolerance}},
                              times);
}

const test::CheckValues& known() {
    static const test::CheckValues values("online-sgd");
    return values;
}

void check_errors(const std::shared_ptr<Committee>& problem, const std::string& name) {
    const std::vector<double> times = known().numbers(name + ".times");
    const std::vector<double> expected = known().numbers(name + ".generalization_error");
    REQUIRE(expected.size() == times.size());
    const cases::Solved solved = integrate(problem, times);
    REQUIRE(solved.outcome.status == Status::complete);
    const Series& eg = *solved.trajectory.find("generalization_error");
    for (std::size_t index = 0; index < times.size(); ++index) {
        CAPTURE(times[index]);
        CHECK(std::abs(eg.at(0, index)[0] - expected[index]) < known().number(name + ".tolerance"));
    }
}

void check_final(const cases::Solved& solved, const std::string& name, const char* observable) {
    const Series& series = *solved.trajectory.find(observable);
    const std::vector<double> expected = known().numbers(name + ".final." + observable);
    REQUIRE(expected.size() == series.components());
    for (std::size_t component = 0; component < expected.size(); ++component) {
        CAPTURE(observable);
        CAPTURE(component);
        CHECK(std::abs(series.at(0, series.times - 1)[component] - expected[component]) <
              known().number(name + ".tolerance"));
    }
}

OrderParameters single(double q, double r, double v) {
    return {.Q = cases::matrix({{q}}),
            .R = cases::matrix({{r}}),
            .T = cases::matrix({{1.0}}),
            .v = cases::vector({v})};
}

}  // namespace

// Values computed independently of this code: data/check-values/online-sgd.toml.

TEST_CASE(
    "closed forms: the ODE knows the error of its integration, also where the observable is far below the "
    "tolerance") {
    auto problem = std::make_shared<Committee>();
    problem->algorithm.learning_rate = 2.0;
    problem->teacher_second_layer = cases::vector({1.0});
    problem->starts = {single(1.0, 0.3, 1.0)};
    std::vector<double> times;
    for (int t = 0; t <= 120; t += 4) times.push_back(t);
    const cases::Solved fine = integrate(problem, times, 1e-13);
    for (const double tolerance : {1e-9, 1e-6}) {
        const cases::Solved solved = integrate(problem, times, tolerance);
        const Series& error = *solved.trajectory.find("generalization_error");
        const Series& truth = *fine.trajectory.find("generalization_error");
        REQUIRE(error.error.size() == times.size());
        for (std::size_t time = 1; time < times.size(); ++time) {
            CAPTURE(times[time]);
            CHECK(std::abs(error.at(0, time)[0] - truth.at(0, time)[0]) <= 3.0 * error.error[time] + 1e-12);
            CHECK(error.error[time] < 1e3 * tolerance);
        }
    }
}

TEST_CASE("ode check value erf22v: all options of the erf committee") {
    const auto problem = cases::committee("erf", "erf", cases::generic_start(cases::vector({0.8, 1.1})),
                                          cases::vector({1.0, 1.2}),
                                          {.learning_rate = 0.7,
                                           .second_layer_learning_rate = 0.4,
                                           .weight_decay = 0.01,
                                           .second_layer_weight_decay = 0.01},
                                          0.05);
    check_errors(problem, "erf22v");
    const cases::Solved solved = integrate(problem, {0.0, 100.0});
    check_final(solved, "erf22v", "Q");
    check_final(solved, "erf22v", "R");
    check_final(solved, "erf22v", "second_layer");
}

TEST_CASE("ode check value erfB4: a batch of four") {
    check_errors(cases::committee("erf", "erf", cases::generic_start(cases::vector({0.8, 1.1})),
                                  cases::vector({1.0, 1.2}), {.learning_rate = 3.0, .batch_size = 4}, 0.05),
                 "erfB4");
}

TEST_CASE("ode check value relu22") {
    const auto problem = cases::committee("relu", "relu", cases::generic_start(cases::vector({0.8, 1.1})),
                                          cases::vector({1.0, 1.2}),
                                          {.learning_rate = 0.3, .second_layer_learning_rate = 0.2}, 0.05);
    check_errors(problem, "relu22");
    const cases::Solved solved = integrate(problem, {0.0, 20.0});
    check_final(solved, "relu22", "Q");
    check_final(solved, "relu22", "R");
    check_final(solved, "relu22", "second_layer");
}

TEST_CASE("ode check value sq21: two quadratic students of one teacher") {
    check_errors(cases::committee("quadratic", "quadratic",
                                  {.Q = cases::matrix({{0.5, 0.1}, {0.1, 0.4}}),
                                   .R = cases::matrix({{0.3}, {-0.1}}),
                                   .T = cases::matrix({{1.0}}),
                                   .v = cases::vector({0.5, 0.5})},
                                  cases::vector({1.0}), {.learning_rate = 0.1}, 0.05),
                 "sq21");
}

TEST_CASE("ode check value he222: second Hermite polynomial") {
    const auto problem = cases::committee("he2", "he2", cases::generic_start(cases::vector({0.5, 0.5})),
                                          cases::vector({0.5, 0.5}),
                                          {.learning_rate = 0.1, .second_layer_learning_rate = 0.05}, 0.05);
    check_errors(problem, "he222");
    const cases::Solved solved = integrate(problem, {0.0, 20.0});
    check_final(solved, "he222", "Q");
    check_final(solved, "he222", "R");
    check_final(solved, "he222", "second_layer");
}

TEST_CASE("ode check value lin22") {
    check_errors(cases::committee("linear", "linear", cases::generic_start(cases::vector({1.0, 1.0})),
                                  cases::vector({1.0, 1.0}),
                                  {.learning_rate = 0.3, .second_layer_learning_rate = 0.1}, 0.05),
                 "lin22");
}

TEST_CASE("ode check value tanh11: adaptive quadrature, with its own error reported") {
    const auto problem = cases::committee("tanh", "tanh", single(0.8, 0.3, 0.9), cases::vector({1.0}),
                                          {.learning_rate = 0.6, .second_layer_learning_rate = 0.2}, 0.1);
    check_errors(problem, "tanh11");
    const cases::Solved solved = integrate(problem, {0.0, 20.0});
    check_final(solved, "tanh11", "Q");
    check_final(solved, "tanh11", "R");
    check_final(solved, "tanh11", "second_layer");
    CHECK(std::get<double>(solved.outcome.attributes.at("quadrature_error")) < 1e-7);
    CHECK(solved.trajectory.find("Q")->error.size() == 2);
}

TEST_CASE("ode check value erf11: perfect learning") {
    check_errors(
        cases::committee("erf", "erf", single(0.5, 0.1, 1.0), cases::vector({1.0}), {.learning_rate = 1.0}),
        "erf11");
}

// Limits known in closed form.

TEST_CASE("ode limit: the linear perceptron relaxes exponentially to its noise floor") {
    const double eta = 0.7;
    const double noise = 0.3;
    const auto problem = cases::committee("linear", "linear", single(0.5, 0.2, 1.0), cases::vector({1.0}),
                                          {.learning_rate = eta}, noise);
    const std::vector<double> times{0.0, 0.5, 1.0, 3.0, 10.0};
    const Series eg = *integrate(problem, times).trajectory.find("generalization_error");
    const double floor = eta * noise / (2.0 * (2.0 - eta));
    const double initial = 0.5 * (0.5 - 0.4 + 1.0);
    for (std::size_t index = 0; index < times.size(); ++index)
        CHECK(eg.at(0, index)[0] ==
              doctest::Approx(floor + (initial - floor) * std::exp(-eta * (2.0 - eta) * times[index]))
                  .epsilon(1e-8));
}

TEST_CASE("ode limit: the symmetric plateau of K = M = 2, 3, 4 at small learning rate") {
    for (const int K : {2, 3, 4}) {
        OrderParameters start;
        const Eigen::Index size = K;
        start.Q = Eigen::MatrixXd::Constant(size, size, 1.0 / (2.0 * K - 1.0)) +
                  1e-3 * Eigen::MatrixXd::Identity(size, size);
        start.R = Eigen::MatrixXd::Constant(size, size, 1.0 / std::sqrt(K * (2.0 * K - 1.0)));
        start.T = Eigen::MatrixXd::Identity(size, size);
        start.v = Eigen::VectorXd::Ones(size);
        const auto problem =
            cases::committee("erf", "erf", start, Eigen::VectorXd::Ones(size), {.learning_rate = 1e-4});
        const Series eg = *integrate(problem, {0.0, 2e5}).trajectory.find("generalization_error");
        const double plateau =
            K / std::numbers::pi * (std::numbers::pi / 6.0 - K * std::asin(1.0 / (2.0 * K)));
        CAPTURE(K);
        // The remaining distance is of order eta and of the slowly closing gap q - c.
        CHECK(eg.at(0, 1)[0] == doctest::Approx(plateau).epsilon(2e-3));
    }
}

TEST_CASE("ode limit: learning stops at the critical learning rate") {
    struct Limit {
        const char* activation;
        double below, above;
    };
    for (const Limit& limit :
         {Limit{"erf", 4.05, 4.10}, Limit{"linear", 1.9, 2.1}, Limit{"relu", 1.9, 2.1}}) {
        const OrderParameters start = single(1.0 + 2e-4, 1.0, 1.0);
        const auto at = [&](double eta) {
            const auto problem = cases::committee(limit.activation, limit.activation, start,
                                                  cases::vector({1.0}), {.learning_rate = eta});
            const Series eg = *integrate(problem, {20.0, 60.0}).trajectory.find("generalization_error");
            return eg.at(0, 1)[0] / eg.at(0, 0)[0];
        };
        CAPTURE(limit.activation);
        CHECK(at(limit.below) < 0.95);
        CHECK(at(limit.above) > 1.05);
    }
}

TEST_CASE("ode limit: exchanging the students exchanges the solution") {
    const auto problem = cases::committee("erf", "erf", cases::generic_start(cases::vector({0.8, 1.1})),
                                          cases::vector({1.0, 1.2}), {.learning_rate = 0.7}, 0.05);
    auto exchanged = std::make_shared<Committee>(*problem);
    OrderParameters& start = exchanged->starts[0];
    start.Q = start.Q.reverse().eval();
    start.R = start.R.colwise().reverse().eval();
    start.v = start.v.reverse().eval();
    const cases::Solved a = integrate(problem, {0.0, 7.0});
    const cases::Solved b = integrate(exchanged, {0.0, 7.0});
    CHECK(a.trajectory.find("Q")->at(0, 1)[0] ==
          doctest::Approx(b.trajectory.find("Q")->at(0, 1)[3]).epsilon(1e-10));
    CHECK(a.trajectory.find("R")->at(0, 1)[1] ==
          doctest::Approx(b.trajectory.find("R")->at(0, 1)[3]).epsilon(1e-10));
}

TEST_CASE("ode: too large a rate is a divergence with its time, not a crash") {
    const auto problem = cases::committee("linear", "linear", single(0.5, 0.2, 1.0), cases::vector({1.0}),
                                          {.learning_rate = 4.0});
    const cases::Solved solved = integrate(problem, {0.0, 0.5, 5.0});
    CHECK(solved.outcome.status == Status::diverged);
    CHECK(solved.outcome.diverged_at > 0.5);
    CHECK(solved.outcome.diverged_at < 5.0);
    const Series& eg = *solved.trajectory.find("generalization_error");
    CHECK(std::isfinite(eg.at(0, 1)[0]));
    CHECK(std::isnan(eg.at(0, 2)[0]));
}

TEST_CASE("ode: the wrapper holds its tolerance and lands on the asked times") {
    math::Integration problem{.derivative =
                                  [](const math::State& y, math::State& dy, double) {
                                      dy = {y[1], -y[0]};
                                  },
                              .record = [](std::size_t, const math::State&) {}};
    std::vector<double> errors;
    const std::vector<double> times{0.0, 1.0, 10.0, 100.0};
    for (const double tolerance : {1e-6, 1e-9}) {
        double largest = 0.0;
        problem.relative_tolerance = problem.absolute_tolerance = tolerance;
        problem.record = [&](std::size_t index, const math::State& y) {
            largest = std::max(largest, std::abs(y[0] - std::cos(times[index])));
        };
        Progress progress;
        const math::IntegrationReport report = math::integrate(problem, {1.0, 0.0}, times, progress);
        CHECK(report.status == Status::complete);
        CHECK(report.reached == 100.0);
        CHECK(report.last_step > 0.0);
        CHECK(largest < 300.0 * tolerance);
        errors.push_back(largest);
    }
    CHECK(errors[1] < 0.01 * errors[0]);
}

TEST_CASE("ode: the step guard and blow-up end an integration with a named status") {
    math::Integration problem{
        .derivative = [](const math::State& y, math::State& dy, double) { dy = {y[0] * y[0]}; },
        .record = [](std::size_t, const math::State&) {}};
    Progress progress;
    const std::vector<double> times{0.0, 2.0};
    const math::IntegrationReport blown = math::integrate(problem, {1.0}, times, progress);
    CHECK(blown.status == Status::diverged);
    CHECK(blown.reached == doctest::Approx(1.0).epsilon(1e-3));
    problem.maximum_steps = 3;
    CHECK(math::integrate(problem, {0.1}, std::vector<double>{0.0, 9.0}, progress).status ==
          Status::not_converged);
}

TEST_CASE("simulation -> ode: single runs deviate by the published amounts, halving as d grows fourfold") {
    const auto problem = cases::committee("erf", "erf", cases::generic_start(cases::vector({0.8, 1.1})),
                                          cases::vector({1.0, 1.2}),
                                          {.learning_rate = 0.7,
                                           .second_layer_learning_rate = 0.4,
                                           .weight_decay = 0.01,
                                           .second_layer_weight_decay = 0.01},
                                          0.05);
    const cases::Solved theory = integrate(problem, {5.0});
    const std::vector<double> sizes = known().numbers("single-runs.d");
    for (const bool direct : {true, false})
        for (std::size_t size = 0; size < sizes.size(); ++size) {
            const auto d = static_cast<std::uint64_t>(sizes[size]);
            const double expected = known().numbers("single-runs.deviation").at(size);
            const std::size_t replicas = direct ? 64 : 512;
            const RouteInfo info{.name = "sim",
                                 .label = "sim",
                                 .kind = "simulation",
                                 .d = d,
                                 .replicas = replicas,
                                 .seed = 77};
            const auto simulation = direct ? committee::simulate_directly : committee::simulate_reduced;
            const cases::Solved run = cases::simulate(simulation, *problem, info, {5.0});
            double sum = 0.0;
            double squares = 0.0;
            for (std::size_t r = 0; r < replicas; ++r) {
                double square = 0.0;
                for (const char* name : {"Q", "R", "second_layer"}) {
                    const Series& a = *run.trajectory.find(name);
                    const Series& b = *theory.trajectory.find(name);
                    for (std::size_t c = 0; c < a.components(); ++c)
                        square += std::pow(a.at(r, 0)[c] - b.at(0, 0)[c], 2);
                }
                sum += std::sqrt(square);
                squares += square;
            }
            const double n = static_cast<double>(replicas);
            const double mean = sum / n;
            const double spread = std::sqrt(squares / n - mean * mean);
            CAPTURE(d);
            CAPTURE(direct);
            // The published mean is itself over a number of runs, printed to two digits.
            CHECK(
                std::abs(mean - expected) <
                4.0 * spread *
                        std::hypot(1.0 / std::sqrt(n), 1.0 / std::sqrt(known().number("single-runs.runs"))) +
                    known().number("single-runs.tolerance"));
        }
}

}  // namespace committee_ode_tests
