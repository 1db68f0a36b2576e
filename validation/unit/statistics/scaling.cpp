// SPDX-License-Identifier: MIT
#include "statistics/scaling.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "statistics/size_functional.hpp"
#include "statistics_synthetic.hpp"

namespace scaling_tests {

using namespace hidyn::statistics;
using synthetic::Simulator;
using synthetic::Truth;

namespace {

struct Sizes {
    std::vector<double> d;
    std::vector<hidyn::Trajectory> trajectories;

    [[nodiscard]] std::vector<SimulationRun> runs() const {
        std::vector<SimulationRun> result;
        for (std::size_t index = 0; index < d.size(); ++index)
            result.push_back({"sgd", d[index], &trajectories[index]});
        return result;
    }
};

Sizes simulate(const Truth& truth, std::vector<double> d, std::size_t replicas) {
    Simulator simulator(7);
    Sizes sizes{std::move(d), {}};
    for (const double size : sizes.d) sizes.trajectories.push_back(simulator.run(truth, size, replicas));
    return sizes;
}

}  // namespace

TEST_CASE("size functional: reads the coefficients off an exact polynomial in 1/d, for any weights") {
    const std::vector<double> d = {50, 100, 400, 1600}, weights = {3, 1, 4, 1.5};
    const std::vector<double> coefficients = {0.7, -12, 900};
    for (int order = 0; order <= 2; ++order) {
        const auto functional = size_functional(d, weights, 2, order);
        double value = 0;
        for (std::size_t j = 0; j < d.size(); ++j)
            value +=
                functional[j] * (coefficients[0] + coefficients[1] / d[j] + coefficients[2] / (d[j] * d[j]));
        CHECK(value == doctest::Approx(coefficients[static_cast<std::size_t>(order)]).epsilon(1e-10));
    }
}

TEST_CASE("size functional: two sizes leave no freedom: Richardson's extrapolation") {
    const std::vector<double> d = {100, 200}, weights = {5, 1};
    const auto functional = size_functional(d, weights, 1, 0);
    CHECK(functional[0] == doctest::Approx(-1));
    CHECK(functional[1] == doctest::Approx(2));
}

TEST_CASE("extrapolation: limit and slope lie within their errors, and the errors have the right size") {
    const Truth truth{.slope = 3};
    const Sizes sizes = simulate(truth, {100, 400, 1600}, 64);
    const hidyn::Trajectory theory = synthetic::theory(truth);
    const auto fits = extrapolate(sizes.runs(), {"ode", &theory});
    REQUIRE(fits.size() == 1);

    const std::vector<double> weights = {6400, 25600, 102400};
    const auto functional = size_functional(sizes.d, weights, 1, 0);
    double variance = 0;
    for (std::size_t j = 0; j < 3; ++j) variance += functional[j] * functional[j] * 0.3 / (sizes.d[j] * 64);
    // 900 correlated coordinates: five standard errors is beyond what they reach together; a standard error
    // from 64 replicas scatters by 9%.
    for (std::size_t index = 0; index < fits[0].limit.size(); ++index) {
        CHECK(std::abs(fits[0].z[index]) < 5);
        CHECK(std::abs(fits[0].slope[index] - 3) < 5 * fits[0].slope_error[index]);
        CHECK(fits[0].limit_error[index] == doctest::Approx(std::sqrt(variance)).epsilon(0.45));
    }
    // The mean over 900 coordinates with correlation time 20 of t^2: about 45 independent, standard deviation
    // 0.21.
    CHECK(std::abs(fits[0].curvature_chi2 - 1) < 0.9);
}

TEST_CASE("deviation fall: fluctuations fall as d^-1/2") {
    const Sizes sizes = simulate({}, {100, 400, 1600}, 64);
    const hidyn::Trajectory theory = synthetic::theory({});
    const auto falls = deviation_fall(sizes.runs(), {"ode", &theory});
    REQUIRE(falls.size() == 2);
    CHECK(falls.back().observable == "all");
    CHECK(std::abs(falls[0].exponent - 0.5) < 4 * falls[0].exponent_error);
    CHECK(falls[0].exponent_error < 0.03);
    for (std::size_t j = 0; j < 3; ++j)
        CHECK(std::abs(falls[0].deviation[j] - std::sqrt(0.3 / sizes.d[j])) <
              4 * falls[0].deviation_error[j]);
}

TEST_CASE("deviation fall: a bias falls as 1/d, exactly") {
    const Sizes sizes = simulate({.variance = 0, .slope = 5}, {10, 100}, 4);
    const hidyn::Trajectory theory = synthetic::theory({});
    const auto falls = deviation_fall(sizes.runs(), {"ode", &theory});
    CHECK(falls[0].exponent == doctest::Approx(1).epsilon(1e-10));
    CHECK(falls[0].deviation[0] == doctest::Approx(0.5));
}

}  // namespace scaling_tests
