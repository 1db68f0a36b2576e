// SPDX-License-Identifier: MIT
#include "math/gaussian/residual_moments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <string>

#include "math/gaussian/gaussian_integrals.hpp"

namespace residual_moments_tests {

using namespace hidyn::math;

namespace {

double largest(const Eigen::MatrixXd& X) {
    double found = 0.0;
    for (const double x : X.reshaped()) found = std::max(found, std::abs(x));
    return found;
}

Eigen::MatrixXd random_covariance(Eigen::Index n, std::uint64_t seed, double scale = 1.0) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    Eigen::MatrixXd X(n, n + 2);
    for (double& x : X.reshaped()) x = normal(random);
    return scale * X * X.transpose() / static_cast<double>(n + 2);
}

Eigen::VectorXd weights(Eigen::Index K, Eigen::Index M) {
    Eigen::VectorXd A(K + M);
    for (Eigen::Index a = 0; a < K; ++a) A[a] = 0.8 + 0.3 * static_cast<double>(a);
    for (Eigen::Index m = 0; m < M; ++m) A[K + m] = -1.0 - 0.2 * static_cast<double>(m);
    return A;
}

double largest_difference(const ResidualMoments& x, const ResidualMoments& y) {
    const double matrices = std::max({largest(x.F - y.F), largest(x.N - y.N), largest(x.G - y.G)});
    return std::max(matrices, std::abs(x.half_mean_square - y.half_mean_square));
}

ResidualMoments moments(const ResidualMomentsEngine& engine, const Eigen::MatrixXd& Omega,
                        const Eigen::VectorXd& A, double label_noise = 0.05) {
    ResidualMoments out;
    engine.compute(Omega, A, label_noise, out);
    return out;
}

bool finite(const ResidualMoments& m) {
    return m.F.allFinite() && m.N.allFinite() && m.G.allFinite() && std::isfinite(m.half_mean_square);
}

struct Shape {
    std::size_t K, M;
};

}  // namespace

TEST_CASE("residual moments: closed forms for erf agree with quadrature") {
    const Activation g = Activation::named("erf");
    for (const Shape& shape : {Shape{1, 1}, Shape{2, 1}, Shape{1, 2}, Shape{2, 2}, Shape{3, 1}}) {
        const std::size_t K = shape.K;
        const std::size_t M = shape.M;
        const auto k = static_cast<Eigen::Index>(K);
        const auto m = static_cast<Eigen::Index>(M);
        CAPTURE(K);
        CAPTURE(M);
        const auto closed = make_residual_moments(g, g, K, M);
        CHECK(closed->method() == "closed form (erf)");
        const auto quadrature = make_quadrature_moments(g, g, K, M, {.tolerance = 1e-11});
        for (const std::uint64_t seed : {1U, 2U}) {
            const Eigen::MatrixXd Omega = random_covariance(k + m, seed);
            CHECK(largest_difference(moments(*closed, Omega, weights(k, m)),
                                     moments(*quadrature, Omega, weights(k, m))) < 1e-9);
        }
    }
}

TEST_CASE("residual moments: the tilted form for erf equals the classical integrals, at any width") {
    const Eigen::Index K = 5;
    const Eigen::Index n = 9;
    const auto engine = make_erf_moments(5, 4);
    const Eigen::MatrixXd Omega = random_covariance(n, 3);
    const Eigen::VectorXd A = weights(K, n - K);
    const double noise = 0.3;
    const ResidualMoments tilted = moments(*engine, Omega, A, noise);
    const auto two = [&](Eigen::Index a, Eigen::Index b) { return Eigen::Matrix2d(Omega({a, b}, {a, b})); };
    for (Eigen::Index i = 0; i < K; ++i) {
        double G = 0.0;
        for (Eigen::Index l = 0; l < n; ++l) G -= A[l] * erf_integrals::I2(two(i, l));
        CHECK(tilted.G[i] == doctest::Approx(G).epsilon(1e-12));
        for (Eigen::Index p = 0; p < n; ++p) {
            double F = 0.0;
            for (Eigen::Index l = 0; l < n; ++l)
                F -= A[i] * A[l] * erf_integrals::I3(Eigen::Matrix3d(Omega({i, p, l}, {i, p, l})));
            CHECK(tilted.F(i, p) == doctest::Approx(F).epsilon(1e-12));
        }
        for (Eigen::Index k = 0; k < K; ++k) {
            double N = noise * erf_integrals::J2(two(i, k));
            for (Eigen::Index j = 0; j < n; ++j)
                for (Eigen::Index l = 0; l < n; ++l)
                    N += A[j] * A[l] * erf_integrals::I4(Eigen::Matrix4d(Omega({i, k, j, l}, {i, k, j, l})));
            CHECK(tilted.N(i, k) == doctest::Approx(A[i] * A[k] * N).epsilon(1e-12));
        }
    }
}

TEST_CASE("residual moments: polynomials agree with Gauss-Hermite, whatever the pair of polynomials") {
    const Activation cubic = Activation::from_expression("0.3 - z + 0.5*z^2 + 0.2*z^3");
    const Activation he2 = Activation::named("he2");
    const Activation linear = Activation::named("linear");
    for (const auto& [student, teacher] :
         {std::pair{cubic, cubic}, std::pair{cubic, he2}, std::pair{linear, cubic}})
        for (const auto& [K, M] : {Shape{1, 1}, Shape{2, 1}, Shape{1, 2}, Shape{2, 2}}) {
            const auto k = static_cast<Eigen::Index>(K);
            const auto m = static_cast<Eigen::Index>(M);
            const auto closed = make_residual_moments(student, teacher, K, M);
            CHECK(closed->method() == "closed form (polynomial)");
            const auto quadrature = make_quadrature_moments(student, teacher, K, M);
            const Eigen::MatrixXd Omega = random_covariance(k + m, 7);
            const ResidualMoments exact = moments(*closed, Omega, weights(k, m));
            CHECK(largest_difference(exact, moments(*quadrature, Omega, weights(k, m))) <
                  1e-11 * largest(exact.N));
        }
}

TEST_CASE("residual moments: linear and quadratic units obey their matrix formulas") {
    const Eigen::Index K = 3;
    const Eigen::Index n = 5;
    const Eigen::MatrixXd Omega = random_covariance(n, 11);
    const Eigen::VectorXd A = weights(K, n - K);
    const Eigen::VectorXd v = A.head(K);
    const double noise = 0.2;
    ResidualMoments formula;

    const Activation linear = Activation::named("linear");
    formula.F = -v * (Omega * A).transpose();
    formula.N = v * v.transpose() * (A.dot(Omega * A) + noise);
    formula.G = -(Omega * A).head(K);
    formula.half_mean_square = 0.5 * A.dot(Omega * A);
    CHECK(largest_difference(moments(*make_residual_moments(linear, linear, 3, 2), Omega, A, noise),
                             formula) < 1e-12);

    for (const double c : {0.0, 1.0}) {
        const Activation g = Activation::named(c == 0.0 ? "quadratic" : "he2");
        const Eigen::MatrixXd D = A.asDiagonal();
        const double beta = c * A.sum();
        const double tau = (D * Omega).trace();
        const double tau2 = (D * Omega * D * Omega).trace();
        const Eigen::MatrixXd Y = Omega * D * Omega;
        const Eigen::MatrixXd m1 = tau * Omega + 2.0 * Y;
        const Eigen::MatrixXd m2 = (tau * tau + 2.0 * tau2) * Omega + 4.0 * tau * Y + 8.0 * Y * D * Omega;
        formula.F = 2.0 * v.asDiagonal() * (beta * Omega - m1).topRows(K);
        formula.N = 4.0 * v.asDiagonal() *
                    (m2 - 2.0 * beta * m1 + (beta * beta + noise) * Omega).topLeftCorner(K, K) *
                    v.asDiagonal();
        formula.G = (beta * Omega.diagonal() - m1.diagonal()).head(K).array() - c * (beta - tau);
        formula.half_mean_square = 0.5 * (tau * tau + 2.0 * tau2 - 2.0 * beta * tau + beta * beta);
        CHECK(largest_difference(moments(*make_residual_moments(g, g, 3, 2), Omega, A, noise), formula) <
              1e-10);
    }
}

TEST_CASE("residual moments: closed forms for relu agree with Sobol points within their error") {
    const Activation g = Activation::named("relu");
    for (const auto& [K, M] : {Shape{2, 1}, Shape{2, 2}, Shape{3, 2}}) {
        const auto k = static_cast<Eigen::Index>(K);
        const auto m = static_cast<Eigen::Index>(M);
        const auto closed = make_residual_moments(g, g, K, M);
        const auto quadrature = make_quadrature_moments(g, g, K, M, {.level = 4});
        const Eigen::MatrixXd Omega = random_covariance(k + m, 13);
        CHECK(largest_difference(moments(*closed, Omega, weights(k, m)),
                                 moments(*quadrature, Omega, weights(k, m))) < 5e-4);
    }
}

TEST_CASE("residual moments: quadrature for tanh converges geometrically in its level") {
    const Activation g = Activation::named("tanh");
    const Eigen::MatrixXd Omega = random_covariance(3, 17, 1.3);
    const Eigen::VectorXd A = weights(2, 1);
    const auto at = [&](double tolerance, std::size_t level) {
        return moments(*make_quadrature_moments(g, g, 2, 1, {.tolerance = tolerance, .level = level}), Omega,
                       A);
    };
    const ResidualMoments exact = at(1e-6, 9);
    const double coarse = largest_difference(at(1e-2, 0), exact);
    // Three levels nearly square the error: 1.25^3 = 1.95.
    const double fine = largest_difference(at(1e-2, 3), exact);
    const double finest = largest_difference(at(1e-2, 6), exact);
    CHECK(coarse < 1e-2);
    CHECK(fine < 3.0 * std::pow(coarse, 1.9) + 1e-5);
    CHECK(finest < 3.0 * std::pow(fine, 1.9) + 1e-12);
    CHECK(largest_difference(at(1e-8, 0), exact) < 1e-8);
    CHECK(largest_difference(at(1e-8, 3), exact) < 1e-13);
}

TEST_CASE("residual moments: the tolerance is kept for steep and for nearly colinear units") {
    const Activation g = Activation::named("tanh");
    for (const double scale : {0.1, 4.0}) {
        Eigen::MatrixXd Omega = random_covariance(3, 19, scale);
        for (const double gap : {0.5, 1e-3, 1e-8, 0.0}) {
            Omega.row(1) = Omega.row(0);
            Omega.col(1) = Omega.col(0);
            Omega(1, 1) = Omega(0, 0) + gap;
            CAPTURE(scale);
            CAPTURE(gap);
            const Eigen::VectorXd A = weights(2, 1);
            const auto coarse = make_quadrature_moments(g, g, 2, 1);
            const auto fine = make_quadrature_moments(g, g, 2, 1, {.level = 1});
            CHECK(largest_difference(moments(*coarse, Omega, A), moments(*fine, Omega, A)) < 1e-7);
        }
    }
}

TEST_CASE("residual moments: Sobol points agree with the closed form within their error") {
    const Activation g = Activation::named("erf");
    const Eigen::MatrixXd Omega = random_covariance(6, 23);
    const Eigen::VectorXd A = weights(3, 3);
    const ResidualMoments exact = moments(*make_erf_moments(3, 3), Omega, A);
    const double coarse = largest_difference(moments(*make_quadrature_moments(g, g, 3, 3), Omega, A), exact);
    const double fine =
        largest_difference(moments(*make_quadrature_moments(g, g, 3, 3, {.level = 4}), Omega, A), exact);
    CHECK(coarse < 2e-3);
    CHECK(fine < 3e-4);
}

TEST_CASE("residual moments: singular covariances give finite values") {
    for (const char* name : {"erf", "relu", "he3", "tanh", "linear"}) {
        CAPTURE(name);
        const Activation g = Activation::named(name);
        for (const auto& [K, M] : {Shape{2, 2}, Shape{3, 2}}) {
            const auto k = static_cast<Eigen::Index>(K);
            const auto m = static_cast<Eigen::Index>(M);
            const Eigen::VectorXd A = weights(k, m);
            for (const auto& engine :
                 {make_residual_moments(g, g, K, M), make_quadrature_moments(g, g, K, M)}) {
                Eigen::MatrixXd Omega = random_covariance(k + m, 29);
                Omega.row(1) = Omega.row(0);
                Omega.col(1) = Omega.col(0);
                CHECK(finite(moments(*engine, Omega, A)));
                Omega.row(k) = -2.0 * Omega.row(0);
                Omega.col(k) = -2.0 * Omega.col(0);
                CHECK(finite(moments(*engine, Omega, A)));
                Omega.row(0).setZero();
                Omega.col(0).setZero();
                CHECK(finite(moments(*engine, Omega, A)));
                Omega.setZero();
                const ResidualMoments nothing = moments(*engine, Omega, A);
                CHECK(finite(nothing));
                CHECK(nothing.half_mean_square == doctest::Approx(0.0));
            }
        }
    }
}

TEST_CASE("residual moments: a student equal to its teacher has no residual but the noise") {
    for (const char* name : {"erf", "relu", "he3", "tanh"}) {
        CAPTURE(name);
        const Activation g = Activation::named(name);
        Eigen::MatrixXd T = random_covariance(2, 31);
        Eigen::MatrixXd Omega(4, 4);
        Omega << T, T, T, T;
        const Eigen::VectorXd A{{0.7, 1.1, -0.7, -1.1}};
        const ResidualMoments learned = moments(*make_residual_moments(g, g, 2, 2), Omega, A, 0.0);
        CHECK(largest(learned.F) < 1e-12);
        CHECK(largest(learned.N) < 1e-11);
        CHECK(largest(learned.G) < 1e-12);
        CHECK(learned.half_mean_square < 1e-12);
    }
}

TEST_CASE("residual moments: sixteen units are handled by every family in sensible time") {
    for (const char* name : {"erf", "relu", "he3", "tanh"}) {
        CAPTURE(name);
        const Activation g = Activation::named(name);
        const auto engine = make_residual_moments(g, g, 8, 8);
        const auto start = std::chrono::steady_clock::now();
        CHECK(finite(moments(*engine, random_covariance(16, 37), weights(8, 8))));
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        CHECK(taken.count() < 20.0);
    }
}

TEST_CASE("residual moments: a clone computes the same bytes") {
    for (const char* name : {"erf", "relu", "he2", "tanh"}) {
        const Activation g = Activation::named(name);
        const auto engine = make_residual_moments(g, g, 2, 1);
        const Eigen::MatrixXd Omega = random_covariance(3, 41);
        const ResidualMoments first = moments(*engine, Omega, weights(2, 1));
        const ResidualMoments second = moments(*engine->clone(), Omega, weights(2, 1));
        CHECK(largest_difference(first, second) == 0.0);
    }
}

}  // namespace residual_moments_tests
