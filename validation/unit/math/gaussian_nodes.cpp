// SPDX-License-Identifier: MIT
#include "math/gaussian/gaussian_nodes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "math/gaussian/gauss_rules.hpp"
#include "math/gaussian/sobol_normals.hpp"
#include "math/matrices/triangular_root.hpp"

namespace gaussian_nodes_tests {

using namespace hidyn::math;

namespace {

double largest(const Eigen::MatrixXd& X) {
    double found = 0.0;
    for (const double x : X.reshaped()) found = std::max(found, std::abs(x));
    return found;
}

/// E[f(batch, k)] summed over the nodes.
template <class F>
double expectation(GaussianNodes& nodes, const Eigen::MatrixXd& Omega, F f) {
    double sum = 0.0;
    nodes.visit(Omega, [&](const NodeBatch& batch) {
        for (std::size_t k = 0; k < batch.count; ++k) sum += batch.weight[k] * f(batch, k);
    });
    return sum;
}

const Eigen::Matrix4d covariance{
    {1.2, 0.3, 0.4, -0.2}, {0.3, 0.9, 0.1, 0.35}, {0.4, 0.1, 1.1, 0.25}, {-0.2, 0.35, 0.25, 0.8}};

}  // namespace

TEST_CASE("Gaussian nodes: weights sum to one and reproduce the covariance in every rank") {
    const Activation g = Activation::named("tanh");
    for (int n = 1; n <= 4; ++n) {
        const Eigen::MatrixXd Omega = covariance.topLeftCorner(n, n);
        GaussianNodes nodes(std::vector<Activation>(static_cast<std::size_t>(n), g), 0, {.tolerance = 1e-12});
        CHECK(expectation(nodes, Omega, [](const NodeBatch&, std::size_t) { return 1.0; }) ==
              doctest::Approx(1.0).epsilon(1e-9));
        for (std::size_t a = 0; a < static_cast<std::size_t>(n); ++a)
            for (std::size_t b = 0; b < static_cast<std::size_t>(n); ++b) {
                const double moment = expectation(nodes, Omega, [&](const NodeBatch& batch, std::size_t k) {
                    return batch.u[a][k] * batch.u[b][k];
                });
                CHECK(std::abs(moment - Omega(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b))) <
                      1e-9);
            }
    }
}

TEST_CASE("Gaussian nodes: each batch holds g and g' at its own u, constant units included") {
    const Activation tanh = Activation::named("tanh");
    const Activation he2 = Activation::named("he2");
    GaussianNodes nodes({tanh, he2, tanh, he2}, 3, {.tolerance = 1e-3});
    double worst = 0.0;
    nodes.visit(covariance, [&](const NodeBatch& batch) {
        CHECK(batch.count % 8 == 0);
        for (std::size_t a = 0; a < 4; ++a)
            for (std::size_t k = 0; k < batch.count; k += 5) {
                const Activation& g = a % 2 == 0 ? tanh : he2;
                worst = std::max(worst, std::abs(batch.g[a][k] - g.value(batch.u[a][k])));
                if (a < 3) worst = std::max(worst, std::abs(batch.dg[a][k] - g.derivative(batch.u[a][k])));
                if (batch.constant[a]) worst = std::max(worst, std::abs(batch.u[a][k] - batch.u[a][0]));
            }
    });
    CHECK(worst < 1e-13);
}

TEST_CASE("Gaussian nodes: fourth-order moments come out, by rule and by rank") {
    const auto fourth = [](const NodeBatch& batch, std::size_t k) {
        return batch.u[0][k] * batch.u[1][k] * batch.u[2][k] * batch.u[3][k];
    };
    const Eigen::Matrix4d& C = covariance;
    const double exact = C(0, 1) * C(2, 3) + C(0, 2) * C(1, 3) + C(0, 3) * C(1, 2);
    GaussianNodes polynomial(std::vector<Activation>(4, Activation::named("quadratic")), 0,
                             {.moment_order = 4});
    CHECK(expectation(polynomial, C, fourth) == doctest::Approx(exact).epsilon(1e-12));
    CHECK(polynomial.rule() == "Gauss-Hermite in 4 dimensions, level 0");
    GaussianNodes trapezoidal(std::vector<Activation>(4, Activation::named("tanh")), 0, {});
    CHECK(expectation(trapezoidal, C, fourth) == doctest::Approx(exact).epsilon(1e-6));
    CHECK(trapezoidal.rule() == "trapezoidal rule in 4 dimensions, level 0");
    GaussianNodes kinked(std::vector<Activation>(4, Activation::named("relu")), 0, {});
    CHECK(std::abs(expectation(kinked, C, fourth) - exact) < 2e-2);
    CHECK(kinked.rule() == "Sobol points, level 0");
}

TEST_CASE("Gaussian nodes: half the nodes do for even functions, in every rank") {
    for (int n = 1; n <= 4; ++n) {
        const Eigen::MatrixXd Omega = covariance.topLeftCorner(n, n);
        for (const char* name : {"tanh", "he2"}) {
            const std::vector<Activation> units(static_cast<std::size_t>(n), Activation::named(name));
            const auto even = [](const NodeBatch& batch, std::size_t k) {
                return std::pow(batch.g[0][k], 2);
            };
            GaussianNodes all(units, 0, {});
            GaussianNodes half(units, 0, {.even = true});
            CHECK(expectation(half, Omega, even) ==
                  doctest::Approx(expectation(all, Omega, even)).epsilon(1e-13));
        }
    }
}

TEST_CASE("Gaussian nodes: singular covariances need only as many dimensions as their rank") {
    Eigen::MatrixXd Omega(6, 6);
    const Eigen::Matrix<double, 6, 2> factors{{1, 0}, {0.5, 0.5}, {0, 1}, {0, 0}, {1, 0}, {-1, 2}};
    Omega = factors * factors.transpose();
    GaussianNodes nodes(std::vector<Activation>(6, Activation::named("tanh")), 2, {});
    CHECK(expectation(nodes, Omega, [](const NodeBatch& batch, std::size_t k) {
              return batch.u[1][k] * batch.u[5][k];
          }) == doctest::Approx(0.5).epsilon(1e-7));
    CHECK(nodes.rule() == "trapezoidal rule in 2 dimensions, level 0");
}

TEST_CASE("triangular root: reproduces full and singular covariances") {
    TriangularRoot root;
    root.compute(covariance);
    CHECK(largest(root.L * root.L.transpose() - covariance) < 1e-15);
    CHECK(root.rank() == 4);
    Eigen::MatrixXd twins = covariance;
    twins.row(2) = twins.row(0);
    twins.col(2) = twins.col(0);
    root.compute(twins);
    CHECK(largest(root.L * root.L.transpose() - twins) < 1e-14);
    CHECK(root.directions == std::vector<Eigen::Index>{0, 1, 3});
    root.compute(Eigen::MatrixXd::Zero(3, 3));
    CHECK(root.rank() == 0);
}

TEST_CASE("Gauss rules integrate polynomials of the promised degree exactly") {
    const QuadratureRule hermite = gauss_hermite(8);
    const QuadratureRule legendre = gauss_legendre(8);
    double moment = 1.0;
    for (int degree = 0; degree < 16; ++degree) {
        double gaussian = 0.0;
        double uniform = 0.0;
        for (std::size_t k = 0; k < 8; ++k) {
            gaussian += hermite.weights[k] * std::pow(hermite.nodes[k], degree);
            uniform += legendre.weights[k] * std::pow(legendre.nodes[k], degree);
        }
        if (degree >= 2 && degree % 2 == 0) moment *= degree - 1;
        CHECK(std::abs(gaussian - (degree % 2 == 0 ? moment : 0.0)) < 1e-13 * moment);
        CHECK(uniform == doctest::Approx(1.0 / (degree + 1)).epsilon(1e-12));
    }
}

TEST_CASE("Sobol normals have the moments of independent normals") {
    const Eigen::MatrixXd z = sobol_normals(1 << 14, 32);
    CHECK(z.allFinite());
    CHECK(largest(z.colwise().mean()) < 1e-3);
    const Eigen::MatrixXd C = z.transpose() * z / static_cast<double>(z.rows());
    CHECK(largest(C - Eigen::MatrixXd::Identity(32, 32)) < 2e-2);
}

}  // namespace gaussian_nodes_tests
