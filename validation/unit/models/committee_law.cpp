// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "check_values.hpp"
#include "committee_cases.hpp"
#include "models/committee/simulation/direct.hpp"
#include "models/committee/simulation/reduced.hpp"

namespace committee_law_tests {

// The reduced chain and SGD on real vectors share no line of dynamics; they must agree in law.

using namespace hidyn;
using cases::Moments;
using cases::moments;
using committee::Committee;
using committee::OrderParameters;

namespace {

RouteInfo route_info(const char* name, std::uint64_t d, std::size_t replicas, std::uint64_t seed) {
    return {.name = name, .label = name, .kind = "simulation", .d = d, .replicas = replicas, .seed = seed};
}

void check_equal_in_law(const std::shared_ptr<Committee>& problem, std::uint64_t d,
                        const std::vector<double>& times, std::size_t replicas = 16000) {
    const cases::Solved a =
        cases::simulate(committee::simulate_directly, *problem, route_info("direct", d, replicas, 31), times);
    const cases::Solved b =
        cases::simulate(committee::simulate_reduced, *problem, route_info("reduced", d, replicas, 32), times);
    REQUIRE(a.outcome.diverged_replicas == 0);
    REQUIRE(b.outcome.diverged_replicas == 0);
    for (const Series& one : a.trajectory.series) {
        const Series& other = *b.trajectory.find(one.observable.name);
        for (std::size_t time = 0; time < times.size(); ++time)
            for (const std::size_t component : one.observable.independent_components()) {
                const Moments x = moments(one, time, component);
                const Moments y = moments(other, time, component);
                CAPTURE(one.observable.name);
                CAPTURE(component);
                CAPTURE(times[time]);
                // About 40 tests a case, 8 cases: 4.5 standard errors happen by chance once in 500 runs.
                CHECK(std::abs(x.mean - y.mean) <= 4.5 * std::hypot(x.mean_error, y.mean_error) + 1e-12);
                CHECK(std::abs(x.variance - y.variance) <=
                      4.5 * std::hypot(x.variance_error, y.variance_error) + 1e-12);
            }
    }
}

OrderParameters start_of_size(Eigen::Index students, Eigen::Index teachers, double q, double r) {
    OrderParameters start;
    start.Q = Eigen::MatrixXd::Constant(students, students, 0.1) +
              (q - 0.1) * Eigen::MatrixXd::Identity(students, students);
    start.R = Eigen::MatrixXd::Constant(students, teachers, 0.1 * r);
    for (Eigen::Index k = 0; k < std::min(students, teachers); ++k) start.R(k, k) = r;
    start.T = Eigen::MatrixXd::Identity(teachers, teachers);
    start.v = Eigen::VectorXd::LinSpaced(students, 0.7, 1.1);
    return start;
}

}  // namespace

TEST_CASE("law: reduced = direct for erf with noise, second layer and weight decay") {
    check_equal_in_law(cases::committee("erf", "erf", start_of_size(2, 1, 0.6, 0.3), cases::vector({1.0}),
                                        {.learning_rate = 1.2,
                                         .second_layer_learning_rate = 0.4,
                                         .weight_decay = 0.05,
                                         .second_layer_weight_decay = 0.03},
                                        0.2),
                       30, {0.5, 2.0, 6.0});
}

TEST_CASE("law: reduced = direct for ReLU with three students and batches of three") {
    check_equal_in_law(
        cases::committee("relu", "relu", start_of_size(3, 2, 0.7, 0.2), cases::vector({1.0, 0.8}),
                         {.learning_rate = 0.8, .batch_size = 3}, 0.1),
        40, {1.0, 4.0});
}

TEST_CASE("law: reduced = direct for a quadratic activation") {
    check_equal_in_law(cases::committee("quadratic", "quadratic", start_of_size(2, 1, 0.3, 0.1),
                                        cases::vector({0.5}), {.learning_rate = 0.05}, 0.05),
                       60, {1.0, 3.0});
}

TEST_CASE("law: reduced = direct where students and teachers fill the space") {
    check_equal_in_law(cases::committee("erf", "erf", start_of_size(3, 2, 0.6, 0.2),
                                        cases::vector({1.0, 1.0}), {.learning_rate = 0.8, .batch_size = 2}),
                       5, {1.0, 4.0});
}

TEST_CASE("law: reduced = direct with more vectors than dimensions") {
    // Four students and two teachers in three dimensions: overlaps of rank three.
    const Eigen::MatrixXd vectors = cases::matrix({{1.0, 0.2, 0.0},
                                                   {0.1, 0.9, 0.3},
                                                   {-0.4, 0.1, 0.8},
                                                   {0.5, 0.5, 0.1},
                                                   {0.9, 0.0, 0.4},
                                                   {0.0, 1.0, -0.2}});
    const Eigen::MatrixXd gram = vectors * vectors.transpose() / 3.0;
    check_equal_in_law(
        cases::committee("erf", "erf",
                         {.Q = gram.topLeftCorner(4, 4),
                          .R = gram.topRightCorner(4, 2),
                          .T = gram.bottomRightCorner(2, 2),
                          .v = Eigen::VectorXd::Ones(4)},
                         cases::vector({1.0, 1.0}), {.learning_rate = 0.4, .batch_size = 2}, 0.1),
        3, {1.0, 3.0});
}

TEST_CASE("law: reduced = direct for batches larger than the number of students") {
    check_equal_in_law(
        cases::committee("erf", "erf", start_of_size(2, 2, 0.6, 0.2), cases::vector({1.0, 1.0}),
                         {.learning_rate = 3.0, .second_layer_learning_rate = 0.3, .batch_size = 8}, 0.1),
        20, {0.5, 2.0});
}

TEST_CASE("law: reduced = direct for batches larger than the dimension") {
    check_equal_in_law(cases::committee("erf", "erf", start_of_size(2, 1, 0.6, 0.2), cases::vector({1.0}),
                                        {.learning_rate = 2.0, .batch_size = 8}),
                       6, {0.5, 2.0});
}

TEST_CASE("law: reduced = direct for a tanh student of a ReLU teacher") {
    check_equal_in_law(cases::committee("tanh", "relu", start_of_size(2, 1, 0.6, 0.3), cases::vector({1.0}),
                                        {.learning_rate = 0.9}, 0.1),
                       25, {1.0, 4.0}, 4000);
}

TEST_CASE("law: reduced = direct for spherical SGD with noise, weight decay and a trained second layer") {
    check_equal_in_law(cases::committee("erf", "erf", start_of_size(2, 1, 0.6, 0.3), cases::vector({1.0}),
                                        {.learning_rate = 1.2,
                                         .second_layer_learning_rate = 0.4,
                                         .weight_decay = 0.05,
                                         .batch_size = 2,
                                         .spherical = true},
                                        0.2),
                       20, {0.5, 2.0, 6.0});
}

TEST_CASE("law: reduced = direct for first passages of spherical and plain phase retrieval") {
    for (const bool spherical : {true, false}) {
        auto problem =
            cases::committee("quadratic", "quadratic", start_of_size(1, 1, 0.8, 0.4), cases::vector({0.7}),
                             {.learning_rate = spherical ? 0.06 : 0.02, .spherical = spherical}, 0.1);
        problem->escape_overlap = 0.5;
        check_equal_in_law(problem, 40, {spherical ? 8.0 : 20.0}, 8000);
    }
}

TEST_CASE("law: the reduced chain has the published moments at d = 30") {
    const Eigen::MatrixXd P = cases::matrix({{0.3}, {-0.1}});
    const Eigen::MatrixXd S = cases::matrix({{0.6, 0.0}, {0.2, 0.5}});
    const auto problem = cases::committee(
        "erf", "erf",
        {.Q = P * P.transpose() + S * S.transpose(),
         .R = P,
         .T = Eigen::MatrixXd::Identity(1, 1),
         .v = cases::vector({0.8, 0.7})},
        cases::vector({1.0}), {.learning_rate = 1.2, .second_layer_learning_rate = 0.4, .weight_decay = 0.05},
        0.2);
    const cases::Solved solved =
        cases::simulate(committee::simulate_reduced, *problem, route_info("reduced", 30, 200000, 8), {6.0});
    const test::CheckValues known("online-sgd");
    struct Entry {
        const char* name;
        const char* observable;
        std::size_t component;
    };
    for (const Entry& entry :
         {Entry{"Q-1-1", "Q", 0}, Entry{"Q-1-2", "Q", 1}, Entry{"Q-2-2", "Q", 3}, Entry{"R-1", "R", 0},
          Entry{"R-2", "R", 1}, Entry{"second_layer-1", "second_layer", 0},
          Entry{"second_layer-2", "second_layer", 1}}) {
        const Moments found = moments(*solved.trajectory.find(entry.observable), 0, entry.component);
        const std::string expected = std::string("finite-size.") + entry.name;
        CAPTURE(expected);
        CHECK(std::abs(found.mean - known.number(expected + ".mean")) <
              known.number("finite-size.mean_tolerance"));
        CHECK(std::abs(found.variance - known.number(expected + ".variance")) <
              known.number("finite-size.variance_tolerance"));
    }
}

TEST_CASE("law: one step moves Q by the exact finite-d mean") {
    const auto problem = cases::committee("erf", "erf",
                                          {.Q = cases::matrix({{0.8}}),
                                           .R = cases::matrix({{0.3}}),
                                           .T = cases::matrix({{1.0}}),
                                           .v = cases::vector({1.0})},
                                          cases::vector({1.0}), {.learning_rate = 2.0, .batch_size = 3}, 0.2);
    const cases::Solved solved =
        cases::simulate(committee::simulate_reduced, *problem, route_info("reduced", 10, 400000, 9), {0.1});
    const Moments found = moments(*solved.trajectory.find("Q"), 0, 0);
    CHECK(std::abs(found.mean - test::CheckValues("online-sgd").number("one-step.Q")) <
          4.0 * found.mean_error);
    // The naive term with d in place of d - rank would be caught.
    CHECK(found.mean_error < 2e-4);
}

}  // namespace committee_law_tests
