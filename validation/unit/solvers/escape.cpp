// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <utility>

#include "check_values.hpp"
#include "committee_cases.hpp"
#include "models/committee/simulation/direct.hpp"
#include "models/committee/simulation/reduced.hpp"
#include "route_cases.hpp"
#include "solvers/equations/committee/equations.hpp"
#include "solvers/escape/committee.hpp"
#include "solvers/escape/escape.hpp"
#include "solvers/linear_noise/committee.hpp"
#include "solvers/ode/committee.hpp"

namespace escape_tests {

// Online phase retrieval and spherical SGD. Public check values are in the units of the loss (f - y)^2 / 4,
// whose learning rate is twice ours.

using namespace hidyn;
using committee::Committee;
using committee::OrderParameters;

namespace {

std::shared_ptr<Committee> neuron(double Q, double R, double rate, double label_noise, bool spherical,
                                  std::uint64_t batch = 1) {
    return cases::committee("quadratic", "quadratic",
                            {.Q = cases::matrix({{Q}}),
                             .R = cases::matrix({{R}}),
                             .T = cases::matrix({{1.0}}),
                             .v = cases::vector({1.0})},
                            cases::vector({1.0}),
                            {.learning_rate = rate / 2.0, .batch_size = batch, .spherical = spherical},
                            label_noise);
}

cases::RouteSolution integrate(const std::shared_ptr<Committee>& problem, const std::vector<double>& times) {
    return cases::solve_route(ode::committee_kind(), problem, {{"tolerance", 1e-12}}, times);
}

cases::Solved simulate(const std::shared_ptr<Committee>& problem, std::uint64_t d, std::size_t replicas,
                       std::uint64_t seed, const std::vector<double>& times) {
    return cases::simulate(
        committee::simulate_reduced, *problem,
        {.name = "sim", .label = "sim", .kind = "simulation", .d = d, .replicas = replicas, .seed = seed},
        times);
}

}  // namespace

TEST_CASE("plain phase retrieval: the equations of motion in the units of the loss (f - y)^2 / 4") {
    // f = A lambda^2: their learning rate is 2 A^2 eta, their label noise Delta / A^2.
    for (const double amplitude : {1.0, 0.6})
        for (const auto& [rate, noise] : {std::pair{0.1, 0.0}, std::pair{0.27, 0.4}}) {
            auto problem =
                neuron(1.0, 0.0, rate / (amplitude * amplitude), noise * amplitude * amplitude, false);
            problem->starts[0].v = problem->teacher_second_layer = cases::vector({amplitude});
            ode::CommitteeEquations equations(*problem, {});
            for (const auto& [Q, R] : {std::pair{0.4, 0.0}, std::pair{1.0, 0.1}, std::pair{1.7, -0.9}}) {
                OrderParameters state = problem->starts[0];
                state.Q(0, 0) = Q;
                state.R(0, 0) = R;
                math::State slope(2);
                equations.derivative(state, slope);
                const double dQ = -2.0 * rate * (3.0 * Q * Q - Q - 2.0 * R * R) +
                                  rate * rate *
                                      (15.0 * Q * Q * Q - 6.0 * Q * Q - 24.0 * Q * R * R + 3.0 * Q +
                                       12.0 * R * R + noise * Q);
                CHECK(slope[0] == doctest::Approx(dQ).epsilon(1e-12));
                CHECK(slope[1] == doctest::Approx(-3.0 * rate * R * (Q - 1.0)).epsilon(1e-12));
            }
        }
}

TEST_CASE("plain phase retrieval: the teacher is stable below a rate of 1/3 (ours: 1/6)") {
    for (const double rate : {0.05, 0.3, 0.36}) {
        const auto problem = neuron(1.0, 1.0, rate, 0.0, false);
        ode::CommitteeEquations equations(*problem, {});
        const auto slope_at = [&](double Q, double R) {
            OrderParameters state = problem->starts[0];
            state.Q(0, 0) = Q;
            state.R(0, 0) = R;
            math::State slope(2);
            equations.derivative(state, slope);
            return Eigen::Vector2d(slope[0], slope[1]);
        };
        const double step = 1e-6;
        Eigen::Matrix2d jacobian;
        jacobian.col(0) = (slope_at(1.0 + step, 1.0) - slope_at(1.0 - step, 1.0)) / (2.0 * step);
        jacobian.col(1) = (slope_at(1.0, 1.0 + step) - slope_at(1.0, 1.0 - step)) / (2.0 * step);
        CHECK(slope_at(1.0, 1.0).norm() < 1e-14);
        CHECK(jacobian.trace() == doctest::Approx(-10.0 * rate + 12.0 * rate * rate).epsilon(1e-8));
        CHECK(jacobian.determinant() ==
              doctest::Approx(24.0 * rate * rate * (1.0 - 3.0 * rate)).epsilon(1e-7));
    }
}

TEST_CASE("spherical phase retrieval: public check value, and the closed form with and without batches") {
    const double rate = 0.1;
    const double label_noise = 0.5;
    const test::CheckValues known("phase-retrieval");
    const std::vector<double> known_times = known.numbers("spherical.times");
    const cases::RouteSolution check = integrate(neuron(1.0, 0.2, rate, label_noise, true), known_times);
    for (std::size_t time = 0; time < known_times.size(); ++time)
        CHECK(
            std::abs(std::pow(check.at("R", time), 2) - known.numbers("spherical.squared_overlap").at(time)) <
            known.number("spherical.tolerance"));
    CHECK(check.at("Q", 1) == doctest::Approx(1.0).epsilon(1e-13));

    for (const std::uint64_t batch : {1U, 4U}) {
        const double samples = static_cast<double>(batch);
        const double a = 2.0 * rate - 6.0 * rate * rate / samples;
        const double b = 0.5 * rate * rate * label_noise / samples;
        const double limit = 1.0 - b / a;
        const double growth = 2.0 * (a - b);
        const std::vector<double> times{2.0, 15.0, 60.0};
        const cases::RouteSolution found = integrate(neuron(1.0, 0.2, rate, label_noise, true, batch), times);
        for (std::size_t time = 0; time < times.size(); ++time)
            CHECK(std::pow(found.at("R", time), 2) ==
                  doctest::Approx(limit / (1.0 + (limit / 0.04 - 1.0) * std::exp(-growth * times[time])))
                      .epsilon(1e-9));
    }
}

TEST_CASE("spherical SGD approaches its ODE, and its spread is that of linear noise") {
    const auto problem = cases::committee("erf", "erf",
                                          {.Q = cases::matrix({{0.6, 0.1}, {0.1, 0.8}}),
                                           .R = cases::matrix({{0.3}, {-0.1}}),
                                           .T = cases::matrix({{1.0}}),
                                           .v = cases::vector({0.7, 1.1})},
                                          cases::vector({1.0}),
                                          {.learning_rate = 1.5,
                                           .second_layer_learning_rate = 0.4,
                                           .weight_decay = 0.05,
                                           .batch_size = 2,
                                           .spherical = true},
                                          0.1);
    const std::vector<double> times{0.5, 2.0, 5.0};
    const cases::RouteSolution theory =
        cases::solve_route(linear_noise::committee_kind(), problem, {}, times);
    const cases::RouteSolution means = integrate(problem, times);
    const std::size_t replicas = 6000;
    const cases::Solved small = simulate(problem, 200, replicas, 1, times);
    const cases::Solved large = simulate(problem, 400, replicas, 2, times);
    for (const char* name : {"Q", "R", "second_layer"}) {
        const Series& series = *theory.trajectory.find(name);
        for (std::size_t time = 0; time < times.size(); ++time)
            for (const std::size_t component : series.observable.independent_components()) {
                CAPTURE(name);
                CAPTURE(component);
                CAPTURE(times[time]);
                const double mean = means.at(name, time, component);
                CHECK(series.at(0, time)[component] == doctest::Approx(mean).epsilon(1e-5));
                // Twice the larger size minus the smaller one: corrections of order 1/d are gone.
                const cases::Moments one = cases::moments(*small.trajectory.find(name), time, component);
                const cases::Moments two = cases::moments(*large.trajectory.find(name), time, component);
                CHECK(std::abs(2.0 * two.mean - one.mean - mean) <=
                      4.5 * std::hypot(2.0 * two.mean_error, one.mean_error) + 1e-12);
                const double variance = series.variance[time * series.components() + component];
                CHECK(std::abs(800.0 * two.variance - 200.0 * one.variance - variance) <=
                      4.5 * std::hypot(800.0 * two.variance_error, 200.0 * one.variance_error) + 1e-10);
            }
    }
}

TEST_CASE("first passage: the ODE finds it between grid points") {
    const double rate = 0.1;
    const double label_noise = 0.5;
    const double a = 2.0 * rate - 6.0 * rate * rate;
    const double b = 0.5 * rate * rate * label_noise;
    const double limit = 1.0 - b / a;
    auto problem = neuron(1.0, -0.2, rate, label_noise, true);
    problem->escape_overlap = 0.6;
    const double expected = std::log((limit / 0.04 - 1.0) / (limit / 0.6 - 1.0)) / (2.0 * (a - b));
    const cases::RouteSolution found = integrate(problem, {0.0, 7.0, 40.0, 90.0});
    for (std::size_t time = 0; time < 4; ++time) {
        CHECK(found.at("escaped", time) == (time < 2 ? 0.0 : 1.0));
        const double now = time == 0 ? 0.0 : time == 1 ? 7.0 : expected;
        CHECK(found.at("escape_time", time) == doctest::Approx(now).epsilon(1e-9));
    }

    problem->escape_overlap = 0.03;  // behind it at the start
    const cases::RouteSolution late = integrate(problem, {0.0, 3.0});
    CHECK(late.at("escaped", 0) == 1.0);
    CHECK(late.at("escape_time", 1) == 0.0);
}

TEST_CASE("first passage: simulations look at every step and tell it at any grid") {
    auto problem = neuron(1.0, 0.3, 0.2, 0.1, true);
    problem->escape_overlap = 0.5;
    const std::uint64_t d = 30;
    std::vector<double> every_step;
    for (int step = 0; step <= 900; ++step) every_step.push_back(step / 30.0);
    for (const bool direct : {true, false}) {
        const RouteInfo info{
            .name = "sim", .label = "sim", .kind = "simulation", .d = d, .replicas = 20, .seed = 3};
        const auto simulation = direct ? committee::simulate_directly : committee::simulate_reduced;
        const cases::Solved fine = cases::simulate(simulation, *problem, info, every_step);
        const std::vector<double> grid{0.0, 1.01, 8.0, 11.1, 30.0};
        const cases::Solved coarse = cases::simulate(simulation, *problem, info, grid);
        for (std::size_t replica = 0; replica < 20; ++replica) {
            std::size_t first = 0;
            while (first <= 900 && std::pow(fine.trajectory.find("R")->at(replica, first)[0], 2) < 0.5)
                ++first;
            const double passage = first <= 900 ? every_step[first] : 1e9;
            for (std::size_t time = 0; time < grid.size(); ++time) {
                CHECK(coarse.trajectory.find("escaped")->at(replica, time)[0] ==
                      (passage <= grid[time] ? 1.0 : 0.0));
                CHECK(coarse.trajectory.find("escape_time")->at(replica, time)[0] ==
                      doctest::Approx(std::min(passage, grid[time])).epsilon(1e-12));
            }
        }
    }
}

TEST_CASE("escape: public values of the mean escape time") {
    const test::CheckValues known("phase-retrieval");
    for (const std::string name : {"escape-fastest", "escape-fast", "escape-slow", "escape-noisy"}) {
        const escape::Neuron neuron = escape::phase_retrieval(known.number(name + ".learning_rate"),
                                                              known.number(name + ".label_noise"), 1.0);
        const std::vector<double> sizes = known.numbers(name + ".d");
        for (std::size_t size = 0; size < sizes.size(); ++size) {
            const double variance = (1.0 + neuron.diffusion / neuron.growth()) / sizes[size];
            const escape::FirstPassage passage(neuron, 0.5, variance);
            CAPTURE(name);
            CAPTURE(sizes[size]);
            CHECK(std::abs(passage.mean() - known.numbers(name + ".mean").at(size)) <
                  known.number(name + ".tolerance"));
            // The mean of the distribution itself differs by its order 1/d.
            const double horizon = passage.mean() + 80.0 / neuron.growth();
            const double correction = variance / (neuron.limit() * neuron.growth());
            CHECK(std::abs(passage.mean_between(0.0, horizon) - passage.mean() + correction) <
                  4.0 * variance * correction);
            CHECK(passage.distribution(horizon) == doctest::Approx(1.0).epsilon(1e-12));
        }
    }
}

TEST_CASE("escape: the closed form is that of the ODE where its diffusion is left out") {
    // A start u_0 has passed by t if chi^2 / d = u_0 is at least the start that passes at t.
    const double rate = 0.1;
    const double label_noise = 0.5;
    auto problem = neuron(1.0, 0.2, rate, label_noise, true);
    problem->escape_overlap = 0.7;
    const double passes = integrate(problem, {200.0}).at("escape_time", 0);
    const escape::FirstPassage law(escape::phase_retrieval(rate, label_noise, 1.0), 0.7, 1.0 / 50.0);
    CHECK(law.distribution(passes) == doctest::Approx(std::erfc(std::sqrt(0.5 * 50.0 * 0.04))).epsilon(1e-9));
}

TEST_CASE("escape: simulated escape times have the predicted distribution and mean") {
    struct Case {
        double rate, label_noise;
        std::uint64_t d, batch;
        double horizon;
    };
    for (const Case& one :
         {Case{1.0 / 6.0, 0.0, 500, 1, 85.0}, Case{0.1, 1.0, 500, 1, 100.0}, Case{0.3, 0.5, 500, 2, 70.0}}) {
        const std::size_t replicas = 1000;
        auto problem = neuron(1.0, 0.0, one.rate, one.label_noise, true, one.batch);
        problem->escape_overlap = 0.5;
        problem->random_start = teacher_student::RandomStart{.seed = 5, .d = one.d, .normalized = true};
        problem->start_per_replica = true;
        problem->starts.clear();
        for (std::uint32_t replica = 0; replica < replicas; ++replica)
            problem->starts.push_back(
                draw_start(*problem->random_start, cases::matrix({{1.0}}), cases::vector({1.0}), replica));
        const std::vector<double> times{one.horizon};
        const cases::Solved found = simulate(problem, one.d, replicas, 9, times);
        const cases::RouteSolution theory =
            cases::solve_route(escape::committee_kind(), problem,
                               {{"d", std::vector<std::int64_t>{static_cast<std::int64_t>(one.d)}}}, times,
                               {.d = one.d, .replicas = replicas});

        const escape::Neuron neuron =
            escape::phase_retrieval(one.rate, one.label_noise, static_cast<double>(one.batch));
        const escape::FirstPassage law(
            neuron, 0.5, (1.0 + neuron.diffusion / neuron.growth()) / static_cast<double>(one.d));
        std::vector<double> passages;
        for (std::size_t replica = 0; replica < replicas; ++replica)
            passages.push_back(found.trajectory.find("escape_time")->at(replica, 0)[0]);
        std::ranges::sort(passages);
        double distance = 0.0;
        for (std::size_t rank = 0; rank < replicas; ++rank) {
            if (passages[rank] >= one.horizon) break;  // has not escaped
            const double expected = law.distribution(passages[rank]);
            const double count = static_cast<double>(replicas);
            distance = std::max({distance, std::abs(expected - static_cast<double>(rank) / count),
                                 std::abs(expected - static_cast<double>(rank + 1) / count)});
        }
        CAPTURE(one.rate);
        // Kolmogorov-Smirnov at the level 1 %.
        CHECK(distance * std::sqrt(static_cast<double>(replicas)) < 1.63);
        const cases::Moments mean = cases::moments(*found.trajectory.find("escape_time"), 0, 0);
        CHECK(std::abs(mean.mean - theory.at("escape_time", 0)) < 3.0 * mean.mean_error);
        CHECK(theory.at("escaped", 0) == law.distribution(one.horizon));
        // Without the noise of the first steps the prediction would be late by many standard errors.
        CHECK(std::log1p(neuron.diffusion / neuron.growth()) / neuron.growth() > 6.0 * mean.mean_error);
    }
}

TEST_CASE("normalized random starts lie on the sphere") {
    const teacher_student::RandomStart law{.scale = 1.5, .d = 20, .normalized = true};
    double square = 0.0;
    for (std::uint32_t replica = 0; replica < 4000; ++replica) {
        const OrderParameters start =
            draw_start(law, cases::matrix({{1.0}}), Eigen::VectorXd::Ones(2), replica);
        CHECK(std::abs(start.Q(0, 0) - 2.25) + std::abs(start.Q(1, 1) - 2.25) < 1e-13);
        CHECK(teacher_student::gram_defect(start).empty());
        square += std::pow(start.R(0, 0) / 1.5, 2) / 4000.0;
    }
    // E m^2 = 1/d, with variance 2 (d - 1) / (d^2 (d + 2)).
    CHECK(std::abs(square - 0.05) < 4.0 * std::sqrt(2.0 * 19.0 / (400.0 * 22.0) / 4000.0));
}

}  // namespace escape_tests
