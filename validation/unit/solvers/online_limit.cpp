// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "check_values.hpp"
#include "public_problems.hpp"
#include "route_cases.hpp"
#include "solvers/dmft/multi_index/multi_index.hpp"
#include "solvers/ode/online_limit.hpp"

namespace online_limit_tests {

namespace cases = multi_index_cases;

using namespace hidyn;
using cases::RouteSolution;
using cases::Rule;

namespace {

const std::vector<double> times{1.0, 2.0, 4.0};

RouteSolution online_of(const std::shared_ptr<cases::MultiIndex>& problem) {
    return cases::solve_route(ode::online_limit_kind(), problem, {}, times);
}

}  // namespace

TEST_CASE("online limit: the public check values") {
    const RouteSolution found = online_of(cases::erf({.rule = Rule::sgd, .learning_rate = 1.5}));
    const test::CheckValues known("online-sgd");
    REQUIRE(known.numbers("many-samples.times") == times);
    const std::vector<double> Q = known.numbers("many-samples.Q");
    const std::vector<double> R = known.numbers("many-samples.R");
    const double tolerance = known.number("many-samples.tolerance");
    for (std::size_t time = 0; time < times.size(); ++time) {
        CHECK(std::abs(found.at("Q", time) - Q.at(time)) < tolerance);
        CHECK(std::abs(found.at("R", time) - R.at(time)) < tolerance);
        CHECK(found.at("overlap", time) ==
              doctest::Approx(found.at("R", time) / std::sqrt(found.at("Q", time))));
        // A fresh sample's loss, label noise included.
        CHECK(found.at("train_loss", time) == doctest::Approx(found.at("generalization_error", time) + 0.05));
    }
}

TEST_CASE(
    "online limit: dynamical mean-field theory approaches it as 1 / alpha, with ridge and two students") {
    for (const bool pair : {false, true}) {
        CAPTURE(pair);
        double distance[2] = {0.0, 0.0};
        const double alpha[2] = {5.0, 20.0};
        for (std::size_t index = 0; index < 2; ++index) {
            cases::Algorithm algorithm{.rule = Rule::sgd, .learning_rate = 1.0, .ridge = 0.2};
            const auto problem = pair ? cases::committee(algorithm) : cases::erf(algorithm);
            problem->sample_ratio = alpha[index];
            const RouteSolution dmft = cases::solve_route(
                dmft::multi_index_kind(), problem,
                {{"trajectories", std::int64_t{20000}}, {"repeats", std::int64_t{4}}, {"time_step", 0.2}},
                times);
            distance[index] = dmft.at("R", 2) - online_of(problem).at("R", 2);
            CHECK(dmft.error_at("R", 2) < 2e-3);
        }
        CHECK(std::abs(distance[0]) > 0.01);
        // A quarter, within three errors of the smaller distance.
        CHECK(std::abs(distance[1] - distance[0] / 4.0) < 3e-3);
    }
}

}  // namespace online_limit_tests
