// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "statistics/comparison.hpp"
#include "statistics/replica_average.hpp"

namespace average_tests {

using hidyn::Observable;
using hidyn::Series;
using namespace hidyn::statistics;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Observable scalar() {
    return {"risk", "risk", "e", "1/2 E(y-f)^2"};
}

/// replicas x times, one component
Series risks(std::size_t replicas, std::size_t times, std::vector<double> values) {
    Series series(scalar(), replicas, times);
    series.values = std::move(values);
    return series;
}

}  // namespace

TEST_CASE("replica average: mean, variance and standard error of three numbers") {
    const ReplicaAverage average = replica_average(risks(3, 1, {1, 2, 6}));
    CHECK(average.mean[0] == doctest::Approx(3));
    CHECK(average.variance[0] == doctest::Approx(7));
    CHECK(average.standard_error[0] == doctest::Approx(std::sqrt(7.0 / 3)));
    CHECK(average.used[0] == 3);
}

TEST_CASE("replica average: a diverged replica counts until it fails, and never again") {
    const ReplicaAverage average = replica_average(risks(3, 3, {1, 1, 1, 3, 3, 3, 5, missing, 9}));
    CHECK(average.mean == std::vector<double>{3, 2, 2});
    CHECK(average.used == std::vector<std::size_t>{3, 2, 2});
    CHECK(average.diverged == 1);
}

TEST_CASE("replica average: one replica has a mean and no standard error; none has neither") {
    const ReplicaAverage average = replica_average(risks(1, 2, {4, missing}));
    CHECK(average.mean[0] == 4);
    CHECK(std::isnan(average.standard_error[0]));
    CHECK(std::isnan(average.mean[1]));
    CHECK(average.used[1] == 0);
}

TEST_CASE("deviations: a theory with replicas is subtracted replica by replica") {
    const Series theory = risks(2, 2, {1, 2, 10, 20});
    const Series difference = deviations(risks(2, 2, {1.5, 2.5, 10.5, 20.5}), theory);
    for (const double value : difference.values) CHECK(value == doctest::Approx(0.5));
    CHECK_THROWS_AS((void)deviations(risks(3, 2, {1, 2, 3, 4, 5, 6}), theory), hidyn::InputError);
    CHECK_THROWS_AS((void)deviations(risks(2, 1, {1, 2}), theory), hidyn::InputError);
}

TEST_CASE("comparison: z is the deviation over both errors, the place of the largest is told") {
    Series theory = risks(0, 2, {1, 2});
    theory.error = {0, 1};
    const Comparison result = compare(risks(4, 2, {1, 3, 2, 4, 1, 3, 2, 4}), theory, 100);
    const double standard_error = std::sqrt(1.0 / 3 / 4);
    CHECK(result.deviation[0] == doctest::Approx(0.5));
    CHECK(result.z[0] == doctest::Approx(0.5 / standard_error));
    CHECK(result.z[1] == doctest::Approx(1.5 / std::hypot(standard_error, 1)));
    CHECK(result.max_abs_deviation == doctest::Approx(1.5));
    CHECK(result.max_time == 1);
    CHECK(result.chi2_per_point ==
          doctest::Approx((result.z[0] * result.z[0] + result.z[1] * result.z[1]) / 2 / 3));
}

TEST_CASE("comparison: without spread, rounding is no evidence and a real deviation is") {
    const Series theory = risks(0, 2, {1, 1});
    const double off = 1 + 1e-15;
    const Comparison result =
        compare(risks(4, 2, {off, 1.001, off, 1.001, off, 1.001, off, 1.001}), theory, 10);
    CHECK(std::abs(result.z[0]) < 1e-4);
    CHECK(result.z[1] > 1e6);
    CHECK(std::isfinite(result.z[1]));
    CHECK(std::isnan(result.chi2_per_point));
}

TEST_CASE("comparison: z of a single replica is undefined, the deviation is not") {
    const Comparison result = compare(risks(1, 1, {1.25}), risks(0, 1, {1}), 10);
    CHECK(result.max_abs_deviation == 0.25);
    CHECK(std::isnan(result.z[0]));
    CHECK(std::isnan(result.max_abs_z));
}

TEST_CASE("comparison: a symmetric matrix counts each entry once") {
    const Observable matrix{"Q", "Q", "Q", "", {{"student", 2}, {"student_2", 2}}, true};
    Series theory(matrix, 0, 1), simulation(matrix, 4, 1);
    theory.values = {0, 0, 0, 0};
    simulation.values = {1, 2, 2, 3, 2, 3, 3, 4, 1, 2, 2, 3, 2, 3, 3, 4};
    const Comparison result = compare(simulation, theory, 10);
    double expected = 0;
    for (const double mean : {1.5, 2.5, 3.5}) expected += mean * mean / (1.0 / 12) / 3 / 3;
    CHECK(result.chi2_per_point == doctest::Approx(expected));
}

}  // namespace average_tests
