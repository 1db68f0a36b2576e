// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

#include "check_values.hpp"
#include "models/ghost/declaration.hpp"
#include "models/ghost/neuron.hpp"
#include "route_cases.hpp"
#include "solvers/closed_form/ghost.hpp"

namespace ghost_tests {

using namespace hidyn;
using namespace hidyn::ghost;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("ghost: passage, loss and critical learning rate, as published") {
    Ghost problem;
    const double best = problem.best_parameter();
    const test::CheckValues known("ghost");
    CHECK(closed_form::passage_time(0.5 * best, 1e300) == known.approx("half-way", "passage_time"));
    CHECK(closed_form::ghost_loss(0.5 * best, 100.0, infinity) == known.approx("half-way", "loss"));
    CHECK(closed_form::ghost_gradient(0.5 * best, 100.0, infinity) == known.approx("half-way", "gradient"));
    CHECK(closed_form::ghost_critical_rate(100.0) == known.approx("critical-rate"));
    CHECK(closed_form::ghost_loss(0.2 * best, 100.0, infinity) == 100.0);
    CHECK(closed_form::ghost_gradient(0.2 * best, 100.0, infinity) == 0.0);
    CHECK(std::isinf(closed_form::passage_time(-1.0, 10.0)));
}

TEST_CASE("ghost: the integrated neuron, its loss and its gradient") {
    for (const double power : {1.0, 2.0}) {
        Ghost problem;
        problem.power = power;
        problem.threshold = 10.0;  // as published
        const double best = problem.best_parameter();
        for (const double ratio : {0.1, 0.5, 0.8, 1.3, 3.0, 10.0}) {
            CAPTURE(ratio);
            const Response response = respond(problem, ratio * best);
            CHECK(std::abs(response.loss - closed_form::ghost_loss(ratio * best, 100.0, infinity)) <
                  (power == 1.0 ? 0.11 : 0.13));
            if (ratio > 0.25)
                CHECK(response.activation_time ==
                      doctest::Approx(closed_form::passage_time(ratio * best, problem.threshold))
                          .epsilon(1e-6));
            const double h = 1e-4 * ratio * best;
            const double slope =
                (respond(problem, ratio * best + h).loss - respond(problem, ratio * best - h).loss) /
                (2.0 * h);
            CHECK(response.gradient == doctest::Approx(slope).epsilon(1e-4));
            // Also with the square: what is off is off by 1.
            CHECK(response.gradient * best ==
                  doctest::Approx(best * closed_form::ghost_gradient(ratio * best, 100.0, infinity))
                      .epsilon(0.01));
        }
    }
}

TEST_CASE("ghost: steps above the critical learning rate end in the zone without a gradient") {
    std::vector<double> times{1200.0};
    for (int k = 1; k <= 40; ++k) times.push_back(1200.0 + k);
    const test::CheckValues known("ghost");
    std::vector<double> shares = known.numbers("oscillation.share");
    shares.push_back(1.1);
    std::size_t place = 0;
    for (const double share : shares) {
        CAPTURE(share);
        auto problem = std::make_shared<Ghost>();
        problem->learning_rate = share * closed_form::ghost_critical_rate(100.0);
        for (int k = 0; k < 4; ++k) problem->ratios.push_back(10.0 * (0.9 + 0.05 * k));
        const auto theory =
            cases::solve_route(closed_form::ghost_kind(), problem, {}, times, {.replicas = 4});
        const auto real =
            cases::solve_route(simulation_kind(), problem, {}, times, {.name = "sim", .replicas = 4});
        for (std::size_t replica = 0; replica < 4; ++replica) {
            CHECK(theory.trajectory.find("trapped")->at(replica, 40)[0] == (share > 1.0 ? 1.0 : 0.0));
            CHECK(real.trajectory.find("trapped")->at(replica, 40)[0] == (share > 1.0 ? 1.0 : 0.0));
        }
        if (share > 1.0) continue;
        double low = 1e9;
        double high = 0.0;
        for (std::size_t time = 0; time < times.size(); ++time) {
            low = std::min(low, theory.at("parameter", time));
            high = std::max(high, theory.at("parameter", time));
        }
        CHECK(high - low == known.approx("oscillation", "width", place++));
    }
}

TEST_CASE("ghost: the state of the neuron, with and without a fixed point") {
    auto problem = std::make_shared<Ghost>();
    problem->task = Task::evolution;
    problem->ratios = {-1.0, 0.5, 1.0, 2.0};
    const std::vector<double> times{0.0, 40.0, 70.0, 99.0, 150.0};
    const auto theory = cases::solve_route(closed_form::ghost_kind(), problem, {}, times);
    const auto real =
        cases::solve_route(simulation_kind(), problem, {}, times, {.name = "sim", .replicas = 1});
    for (std::size_t time = 0; time < times.size(); ++time)
        for (std::size_t k = 0; k < 4; ++k)
            CHECK(real.at("state", time, k) == doctest::Approx(theory.at("state", time, k)).epsilon(1e-5));
}

}  // namespace ghost_tests
