// SPDX-License-Identifier: MIT
#include "math/integrator.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

namespace integrator_tests {

namespace {

using hidyn::math::State;

TEST_CASE("a start near a fixed point does not jump out of the equations' domain") {
    // y' = sqrt(y) (1 - y) is defined for y >= 0 only; its small slope at the start asks for one giant step.
    const std::array<double, 3> times{0.0, 2.0, 200.0};
    std::array<double, 3> found{};
    const hidyn::math::Integration problem{
        .derivative = [](const State& y, State& slope, double) { slope[0] = std::sqrt(y[0]) * (1.0 - y[0]); },
        .record = [&](std::size_t index, const State& y) { found[index] = y[0]; }};
    hidyn::Progress progress;
    const auto report = hidyn::math::integrate(problem, {1.0 + 1e-6}, times, progress);
    CHECK(report.status == hidyn::Status::complete);
    CHECK(found[1] - 1.0 == doctest::Approx(1e-6 * std::exp(-2.0)).epsilon(1e-2));
    CHECK(std::abs(found[2] - 1.0) < 1e-8);
}

TEST_CASE("a solution that ends in finite time is told as diverged") {
    const std::array<double, 2> times{0.5, 2.0};
    std::array<double, 2> found{};
    const hidyn::math::Integration problem{
        .derivative = [](const State& y, State& slope, double) { slope[0] = y[0] * y[0]; },
        .record = [&](std::size_t index, const State& y) { found[index] = y[0]; }};
    hidyn::Progress progress;
    const auto report = hidyn::math::integrate(problem, {1.0}, times, progress);
    CHECK(report.status == hidyn::Status::diverged);
    CHECK(report.reached == doctest::Approx(1.0).epsilon(1e-3));
    CHECK(found[0] == doctest::Approx(2.0));
}

}  // namespace

}  // namespace integrator_tests
