// SPDX-License-Identifier: MIT
#include "math/gaussian/mean_square_residual.hpp"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <random>
#include <string>

#include "check_values.hpp"
#include "math/gaussian/residual_moments.hpp"

namespace mean_square_residual_tests {

using namespace hidyn::math;

namespace {

const Eigen::Matrix3d covariance{{1.1, 0.3, 0.4}, {0.3, 0.7, -0.2}, {0.4, -0.2, 1.0}};
const Eigen::Vector3d amplitudes{0.8, 1.1, -1.2};

}  // namespace

TEST_CASE("mean-square residual agrees with fresh samples, for any pair of activations") {
    const int samples = 400000;
    for (const auto& kinds : {std::pair{"erf", "erf"}, std::pair{"relu", "relu"}, std::pair{"he2", "linear"},
                              std::pair{"tanh", "tanh"}, std::pair{"tanh", "relu"}, std::pair{"erf", "he2"},
                              std::pair{"relu", "erf"}}) {
        const char* student = kinds.first;
        const char* teacher = kinds.second;
        CAPTURE(student);
        CAPTURE(teacher);
        const Activation g = Activation::named(student);
        const Activation h = Activation::named(teacher);
        std::mt19937_64 random(3);
        std::normal_distribution<double> normal;
        const Eigen::Matrix3d root = covariance.llt().matrixL();
        double sum = 0.0;
        double square = 0.0;
        for (int sample = 0; sample < samples; ++sample) {
            const Eigen::Vector3d z{normal(random), normal(random), normal(random)};
            const Eigen::Vector3d u = root * z;
            const double residual =
                amplitudes[0] * g.value(u[0]) + amplitudes[1] * g.value(u[1]) + amplitudes[2] * h.value(u[2]);
            sum += 0.5 * residual * residual;
            square += 0.25 * std::pow(residual, 4);
        }
        const double mean = sum / samples;
        const double error = std::sqrt((square / samples - mean * mean) / samples);
        const double exact = MeanSquareResidual(g, h, 2, 1).half(covariance, amplitudes);
        CHECK(std::abs(exact - mean) < 4.0 * error);
        CHECK(exact ==
              doctest::Approx(MeanSquareResidual(g, h, 2, 1, {.level = 1}).half(covariance, amplitudes))
                  .epsilon(std::string(student) == teacher ? 1e-8 : 1e-4));
    }
}

TEST_CASE("mean-square residual is the one the residual moments report") {
    for (const char* name : {"erf", "relu", "he3", "tanh"}) {
        CAPTURE(name);
        const Activation g = Activation::named(name);
        ResidualMoments moments;
        make_residual_moments(g, g, 2, 1)->compute(covariance, amplitudes, 0.4, moments);
        CHECK(MeanSquareResidual(g, g, 2, 1).half(covariance, amplitudes) ==
              doctest::Approx(moments.half_mean_square).epsilon(1e-7));
    }
}

TEST_CASE("mean-square residual vanishes when the student is the teacher, and is never negative") {
    const Eigen::MatrixXd Omega{
        {1.0, 0.2, 1.0, 0.2}, {0.2, 0.9, 0.2, 0.9}, {1.0, 0.2, 1.0, 0.2}, {0.2, 0.9, 0.2, 0.9}};
    for (const char* name : {"erf", "relu", "he3", "tanh", "linear"}) {
        CAPTURE(name);
        const Activation g = Activation::named(name);
        const double risk = MeanSquareResidual(g, g, 2, 2).half(Omega, Eigen::Vector4d{0.3, 1.7, -0.3, -1.7});
        CHECK(risk >= 0.0);
        CHECK(risk < (g.family() == Family::general ? 1e-8 : 1e-13));
        CHECK(MeanSquareResidual(g, g, 2, 2).half(Eigen::MatrixXd::Zero(4, 4), Eigen::Vector4d::Ones()) >=
              0.0);
    }
}

TEST_CASE("mean-square residual has the published values at the published order parameters") {
    const Eigen::MatrixXd Omega{
        {1.0, 0.1, 0.3, 0.1}, {0.1, 0.8, -0.1, 0.2}, {0.3, -0.1, 1.0, 0.0}, {0.1, 0.2, 0.0, 1.0}};
    const auto half = [](const char* name, std::size_t K, std::size_t M, const Eigen::MatrixXd& C,
                         const Eigen::VectorXd& A) {
        const Activation g = Activation::named(name);
        return MeanSquareResidual(g, g, K, M).half(C, A);
    };
    const hidyn::test::CheckValues known("online-sgd");
    const auto start_of = [&](const char* name) {
        return doctest::Approx(known.numbers(std::string(name) + ".generalization_error").front());
    };
    const Eigen::Vector4d unequal{0.8, 1.1, -1.0, -1.2};
    CHECK(half("erf", 2, 2, Omega, unequal) == start_of("erf22v").epsilon(1e-9));
    CHECK(half("relu", 2, 2, Omega, unequal) == start_of("relu22").epsilon(1e-9));
    CHECK(half("he2", 2, 2, Omega, Eigen::Vector4d{0.5, 0.5, -0.5, -0.5}) ==
          start_of("he222").epsilon(1e-12));
    CHECK(half("linear", 2, 2, Omega, Eigen::Vector4d{1.0, 1.0, -1.0, -1.0}) ==
          start_of("lin22").epsilon(1e-12));
    const Eigen::MatrixXd three{{0.5, 0.1, 0.3}, {0.1, 0.4, -0.1}, {0.3, -0.1, 1.0}};
    CHECK(half("quadratic", 2, 1, three, Eigen::Vector3d{0.5, 0.5, -1.0}) == start_of("sq21").epsilon(1e-12));
    const Eigen::MatrixXd one{{0.8, 0.3}, {0.3, 1.0}};
    CHECK(half("tanh", 1, 1, one, Eigen::Vector2d{0.9, -1.0}) == start_of("tanh11").epsilon(3e-9));
}

TEST_CASE("mean square residual: a steep expression is integrated with steps to match") {
    // tanh(5 z) at unit variances is tanh at variance 25, which the rule knows by its covariance.
    const Eigen::MatrixXd Omega = Eigen::Matrix2d{{1.0, 0.3}, {0.3, 1.0}};
    const Eigen::Vector2d A(1.0, -1.0);
    const auto named = Activation::named("tanh");
    const double expected = MeanSquareResidual(named, named, 1, 1).half(25.0 * Omega, A);
    const auto steep = Activation::from_expression("tanh(5*z)");
    CHECK(steep.steepness() == doctest::Approx(5.0).epsilon(1e-3));
    CHECK(MeanSquareResidual(steep, steep, 1, 1).half(Omega, A) == doctest::Approx(expected).epsilon(1e-7));
    const auto sigmoid = Activation::from_expression("1/(1+exp(-10*z))");
    CHECK(MeanSquareResidual(sigmoid, sigmoid, 1, 1).half(Omega, A) ==
          doctest::Approx(0.25 * expected).epsilon(1e-7));
}

}  // namespace mean_square_residual_tests
