// SPDX-License-Identifier: MIT
#include "math/vectors/vector_math.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "math/gaussian/normal_quantile.hpp"

namespace vector_math_tests {

namespace {

using Function = void (*)(std::span<const double>, std::span<double>);

struct Row {
    const char* name;
    Function vector;
    double (*scalar)(double);
    double from, to;
};

const std::array rows{
    Row{"exp", hidyn::math::exp, std::exp, -40.0, 40.0},
    Row{"log", hidyn::math::log, std::log, 0.01, 40.0},
    Row{"erf", hidyn::math::erf, std::erf, -7.0, 7.0},
    Row{"tanh", hidyn::math::tanh, std::tanh, -20.0, 20.0},
    Row{"asin", hidyn::math::asin, std::asin, -1.0, 1.0},
    Row{"atan", hidyn::math::atan, std::atan, -30.0, 30.0},
    Row{"sin", hidyn::math::sin, std::sin, -30.0, 30.0},
    Row{"cos", hidyn::math::cos, std::cos, -30.0, 30.0},
    Row{"log1p", hidyn::math::log1p, std::log1p, 0.0, 9.0},
};

}  // namespace

TEST_CASE("vector functions agree with the scalar ones to a few ulp") {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        std::vector<double> x(1001);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = row.from + (row.to - row.from) * static_cast<double>(i) / 1000.0;
        std::vector<double> y(x.size());
        row.vector(x, y);
        for (std::size_t i = 0; i < x.size(); ++i)
            CHECK(std::abs(y[i] - row.scalar(x[i])) <= 1e-15 * std::abs(row.scalar(x[i])) + 2e-16);
    }
}

TEST_CASE("vector functions give the same bytes at any alignment of full vectors") {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        std::array<double, 64> x{};
        std::array<double, 64> y{};
        for (std::size_t start = 0; start < 16; ++start) {
            std::array<double, 8> reference{};
            for (std::size_t i = 0; i < 8; ++i)
                reference[i] = row.from + (row.to - row.from) * (0.07 + 0.11 * static_cast<double>(i));
            std::array<double, 8> expected{};
            row.vector(reference, expected);
            for (const std::size_t length : {8, 16, 32}) {
                for (std::size_t i = 0; i < length; ++i) x[start + i] = reference[i % 8];
                row.vector({x.data() + start, length}, {y.data() + start, length});
                for (std::size_t i = 0; i < length; ++i) CHECK(y[start + i] == expected[i % 8]);
            }
        }
    }
}

TEST_CASE("vector functions keep NaN") {
    for (const Row& row : rows) {
        CAPTURE(row.name);
        std::vector<double> x(19, 0.5);
        x[3] = x[18] = std::numeric_limits<double>::quiet_NaN();
        row.vector(x, x);
        for (std::size_t i = 0; i < x.size(); ++i) CHECK(std::isnan(x[i]) == (i == 3 || i == 18));
    }
}

TEST_CASE("the normal quantile inverts the distribution function in both tails") {
    CHECK(hidyn::math::normal_quantile(0.5) == 0.0);
    for (const double u : {1e-300, 1e-20, 1e-8, 0.01, 0.2, 0.4999, 0.77}) {
        const double z = hidyn::math::normal_quantile(u);
        CHECK(0.5 * std::erfc(-z / std::numbers::sqrt2) == doctest::Approx(u).epsilon(1e-12));
    }
    CHECK(hidyn::math::normal_quantile(0.75) == doctest::Approx(0.674489750196081743).epsilon(1e-15));
}

}  // namespace vector_math_tests
