// SPDX-License-Identifier: MIT
#include "math/gaussian/gaussian_integrals.hpp"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "check_values.hpp"

namespace gaussian_integrals_tests {

namespace math = hidyn::math;
using math::polynomial_integrals::product;

namespace {

const Eigen::Matrix4d covariance{
    {1.2, 0.3, 0.4, -0.2}, {0.3, 0.9, 0.1, 0.35}, {0.4, 0.1, 1.1, 0.25}, {-0.2, 0.35, 0.25, 0.8}};

template <int size>
Eigen::Matrix<double, size, size> part(const std::array<int, size>& units) {
    Eigen::Matrix<double, size, size> C;
    for (int x = 0; x < size; ++x)
        for (int y = 0; y < size; ++y)
            C(x, y) = covariance(units[static_cast<std::size_t>(x)], units[static_cast<std::size_t>(y)]);
    return C;
}

double relu_I4(const std::array<int, 4>& units) {
    return math::relu_integrals::I4(part<4>(units), units);
}

/// E over u_1 and u_2 by nested adaptive quadrature of f(u_1, u_2), each over [from, 9 sigma].
template <class F>
double expectation(const Eigen::Matrix2d& C, double from, F f) {
    using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;
    const double determinant = C.determinant();
    const double norm = 1.0 / (2.0 * std::numbers::pi * std::sqrt(determinant));
    return Rule::integrate(
        [&](double x) {
            return Rule::integrate(
                [&](double y) {
                    const double form =
                        (C(1, 1) * x * x - 2.0 * C(0, 1) * x * y + C(0, 0) * y * y) / determinant;
                    return norm * std::exp(-0.5 * form) * f(x, y);
                },
                from, 10.0, 12, 1e-12);
        },
        from, 10.0, 12, 1e-12);
}

}  // namespace

TEST_CASE("Gaussian integrals of erf have their published values") {
    const hidyn::test::CheckValues known("gaussian-integrals");
    CHECK(math::erf_integrals::I2(part<2>({0, 1})) == known.approx("erf.I2-01"));
    CHECK(math::erf_integrals::I3(part<3>({0, 1, 2})) == known.approx("erf.I3-012"));
    CHECK(math::erf_integrals::I4(part<4>({0, 1, 2, 3})) == known.approx("erf.I4-0123"));
}

TEST_CASE("Gaussian integrals of relu have their published values") {
    const hidyn::test::CheckValues known("gaussian-integrals");
    CHECK(math::relu_integrals::I2(part<2>({0, 1})) == known.approx("relu.I2-01"));
    CHECK(math::relu_integrals::I3(part<3>({0, 1, 2}), {0, 1, 2}) == known.approx("relu.I3-012"));
    CHECK(relu_I4({0, 1, 2, 3}) == known.approx("relu.I4-0123"));
    CHECK(relu_I4({0, 0, 2, 3}) == known.approx("relu.I4-0023"));
    CHECK(relu_I4({0, 1, 2, 2}) == known.approx("relu.I4-0122"));
    CHECK(relu_I4({0, 1, 0, 3}) == known.approx("relu.I4-0103"));
    CHECK(math::relu_integrals::orthant_probability(covariance) == known.approx("orthant"));
}

TEST_CASE("Gaussian integrals of relu agree with adaptive quadrature over the positive quadrant") {
    const auto positive = [](const std::array<int, 2>& units, auto f) {
        return expectation(part<2>(units), 0.0, f);
    };
    const auto I4 = [](const std::array<int, 4>& units) { return relu_I4(units); };
    CHECK(math::relu_integrals::I2(part<2>({0, 1})) ==
          doctest::Approx(positive({0, 1}, [](double x, double y) { return x * y; })).epsilon(1e-10));
    CHECK(math::relu_integrals::J2(part<2>({0, 1}), {0, 1}) ==
          doctest::Approx(positive({0, 1}, [](double, double) { return 1.0; })).epsilon(1e-10));
    // Where only two different units occur, I4 too is an integral over a quadrant.
    CHECK(I4({0, 1, 0, 1}) ==
          doctest::Approx(positive({0, 1}, [](double x, double y) { return x * y; })).epsilon(1e-10));
    CHECK(I4({0, 0, 1, 1}) ==
          doctest::Approx(positive({0, 1}, [](double, double y) { return y * y; })).epsilon(1e-10));
    CHECK(I4({3, 1, 3, 3}) ==
          doctest::Approx(positive({3, 1}, [](double x, double) { return x * x; })).epsilon(1e-10));
    CHECK(I4({2, 2, 2, 2}) == doctest::Approx(0.5 * covariance(2, 2)).epsilon(1e-13));
}

TEST_CASE("Gaussian integrals of relu with three and four different units agree with Monte Carlo") {
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal;
    const Eigen::Matrix4d root = covariance.llt().matrixL();
    const std::vector<std::array<int, 4>> cases{
        {0, 1, 2, 3}, {0, 1, 2, 2}, {0, 1, 0, 3}, {0, 0, 2, 3}, {3, 2, 1, 0}};
    std::vector<double> sum(cases.size(), 0.0);
    std::vector<double> square(cases.size(), 0.0);
    const int samples = 1000000;
    for (int sample = 0; sample < samples; ++sample) {
        const Eigen::Vector4d z{normal(random), normal(random), normal(random), normal(random)};
        const Eigen::Vector4d u = root * z;
        for (std::size_t c = 0; c < cases.size(); ++c) {
            const auto& [i, k, j, l] = cases[c];
            const double value = u[i] > 0 && u[k] > 0 ? std::max(u[j], 0.0) * std::max(u[l], 0.0) : 0.0;
            sum[c] += value;
            square[c] += value * value;
        }
    }
    for (std::size_t c = 0; c < cases.size(); ++c) {
        const double mean = sum[c] / samples;
        const double error = std::sqrt((square[c] / samples - mean * mean) / samples);
        CHECK(std::abs(relu_I4(cases[c]) - mean) < 4.0 * error);
    }
}

TEST_CASE("the orthant probability has its exact values for equal correlations and equal units") {
    for (const double rho : {0.0, 0.5}) {
        const Eigen::Matrix4d C = Eigen::Matrix4d::Constant(rho) + (1.0 - rho) * Eigen::Matrix4d::Identity();
        const double exact =
            rho == 0.0 ? 1.0 / 16.0 : 1.0 / 5.0;  // correlation 1/2: one of five is the smallest
        CHECK(math::relu_integrals::orthant_probability(C) == doctest::Approx(exact).epsilon(1e-13));
    }
    Eigen::Matrix4d twins = covariance;
    twins.row(3) = twins.row(2);
    twins.col(3) = twins.col(2);
    const auto angle = [](int a, int b) {
        return std::asin(covariance(a, b) / std::sqrt(covariance(a, a) * covariance(b, b)));
    };
    const double three = 0.125 + (angle(0, 1) + angle(0, 2) + angle(1, 2)) / (4.0 * std::numbers::pi);
    CHECK(math::relu_integrals::orthant_probability(twins) == doctest::Approx(three).epsilon(1e-13));
    for (const double gap : {1e-3, 1e-5, 1e-7}) {
        // Nearly equal units differ in sign with probability acos(rho) / pi, shared with the other two signs.
        Eigen::Matrix4d close = twins;
        close(3, 3) += gap;
        CHECK(std::abs(math::relu_integrals::orthant_probability(close) - three) < std::sqrt(gap) / 8.0);
    }
}

TEST_CASE("relu integrals do not jump when a unit becomes the copy of another") {
    Eigen::Matrix4d twins = covariance;
    twins.row(3) = twins.row(2);
    twins.col(3) = twins.col(2);
    // Identical variables under different numbers must give what the same number gives.
    CHECK(math::relu_integrals::I4(twins, {0, 1, 2, 3}) ==
          doctest::Approx(relu_I4({0, 1, 2, 2})).epsilon(1e-12));
    Eigen::Matrix4d copies = part<4>({0, 0, 2, 3});
    CHECK(math::relu_integrals::I4(copies, {0, 1, 2, 3}) ==
          doctest::Approx(relu_I4({0, 0, 2, 3})).epsilon(1e-12));
    copies = part<4>({0, 1, 0, 3});
    CHECK(math::relu_integrals::I4(copies, {0, 1, 2, 3}) ==
          doctest::Approx(relu_I4({0, 1, 0, 3})).epsilon(1e-12));
    Eigen::Matrix4d opposite = part<4>({0, 0, 2, 3});
    opposite.row(1) *= -1.0;
    opposite.col(1) *= -1.0;
    CHECK(std::abs(math::relu_integrals::I4(opposite, {0, 1, 2, 3})) < 1e-12);
    CHECK(math::relu_integrals::I4(Eigen::Matrix4d::Zero(), {0, 1, 2, 3}) == 0.0);
}

TEST_CASE("the error of a relu unit next to its teacher keeps its digits") {
    // (1/2) E (relu(b) - relu(a))^2 with b = a + sqrt(S) z is S / 4 up to a relative O(sqrt(S)) from the
    // kink.
    const double S = 1e-8;
    const auto I2 = [](double aa, double ab, double bb) {
        return math::relu_integrals::I2(Eigen::Matrix2d{{aa, ab}, {ab, bb}});
    };
    const double error = 0.5 * (I2(1, 1, 1) + I2(1 + S, 1 + S, 1 + S) - 2.0 * I2(1, 1, 1 + S));
    CHECK(error == doctest::Approx(S / 4).epsilon(1e-3));
}

TEST_CASE("polynomial integrals obey Isserlis' theorem") {
    const std::vector<double> x{0.0, 1.0};
    const std::vector<double> square{0.0, 0.0, 1.0};
    const std::vector<double> he3{0.0, -3.0, 0.0, 1.0};
    const Eigen::Matrix4d& C = covariance;
    CHECK(product(x, x, x, x, C) ==
          doctest::Approx(C(0, 1) * C(2, 3) + C(0, 2) * C(1, 3) + C(0, 3) * C(1, 2)).epsilon(1e-14));
    const Eigen::Matrix2d two = part<2>({0, 1});
    CHECK(product(square, square, two) == doctest::Approx(1.2 * 0.9 + 2.0 * 0.09).epsilon(1e-14));
    const Eigen::Matrix2d unit{{1.0, 0.4}, {0.4, 1.0}};
    CHECK(product(he3, he3, unit) == doctest::Approx(6.0 * std::pow(0.4, 3)).epsilon(1e-13));
    CHECK(math::polynomial_integrals::derivative(he3) == std::vector<double>{-3.0, 0.0, 3.0});
    const auto quadrature =
        expectation(two, -10.0, [](double a, double b) { return (a * a * a - 3 * a) * b * b * b; });
    CHECK(product(he3, std::vector<double>{0.0, 0.0, 0.0, 1.0}, two) ==
          doctest::Approx(quadrature).epsilon(1e-8));
}

}  // namespace gaussian_integrals_tests
