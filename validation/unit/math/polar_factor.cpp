// SPDX-License-Identifier: MIT
#include "math/matrices/polar_factor.hpp"

#include <doctest/doctest.h>

#include <Eigen/QR>
#include <Eigen/SVD>
#include <cmath>

#include "check_values.hpp"
#include "random/stream.hpp"

namespace polar_factor_tests {

using namespace hidyn;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd random_matrix(Index rows, Index columns, std::uint64_t seed) {
    random::Stream stream({.seed = seed});
    MatrixXd made(rows, columns);
    for (double& entry : made.reshaped()) entry = stream.normal();
    return made;
}

/// With singular values spread evenly in logarithm over these decades.
MatrixXd conditioned(Index rows, Index columns, double decades) {
    const MatrixXd U = Eigen::HouseholderQR<MatrixXd>(random_matrix(rows, rows, 1)).householderQ();
    const MatrixXd V =
        MatrixXd(Eigen::HouseholderQR<MatrixXd>(random_matrix(columns, rows, 2)).householderQ())
            .leftCols(rows);
    VectorXd s(rows);
    for (Index k = 0; k < rows; ++k)
        s[k] = std::pow(10.0, -decades * static_cast<double>(k) / static_cast<double>(rows - 1));
    return U * s.asDiagonal() * V.transpose();
}

MatrixXd exact_polar(const MatrixXd& G) {
    const Eigen::JacobiSVD<MatrixXd> svd(G, Eigen::ComputeThinU | Eigen::ComputeThinV);
    return svd.matrixU() * svd.matrixV().transpose();
}

double spectral_norm(const MatrixXd& matrix) {
    return Eigen::JacobiSVD<MatrixXd>(matrix).singularValues()[0];
}

}  // namespace

TEST_CASE("polar factor: exact for any condition, wide or tall; of lower rank; of zero") {
    for (const double decades : {0.5, 2.0, 4.0, 8.0}) {
        const MatrixXd G = conditioned(12, 40, decades);
        const double error = spectral_norm(math::polar_factor(G) - exact_polar(G));
        CHECK(error < (decades < 3.0 ? 1e-9 : 1e-15 * std::pow(10.0, decades) * 20.0));
        CHECK(spectral_norm(math::polar_factor(G.transpose()) - math::polar_factor(G).transpose()) < 1e-14);
    }
    // Rank 2 of 4: singular values become 1, 1, 0, 0.
    const MatrixXd low = random_matrix(4, 2, 3) * random_matrix(2, 30, 4);
    const VectorXd s = Eigen::JacobiSVD<MatrixXd>(math::polar_factor(low)).singularValues();
    CHECK(s[1] == doctest::Approx(1.0).epsilon(1e-12));
    CHECK(s[2] < 1e-12);
    CHECK(math::polar_factor(MatrixXd::Zero(3, 5)).norm() == 0.0);
    CHECK(math::polar_factor(1e-200 * random_matrix(3, 5, 5)).norm() == doctest::Approx(std::sqrt(3.0)));
    // The smooth one, against its definition.
    const MatrixXd G = random_matrix(5, 9, 6);
    const Eigen::JacobiSVD<MatrixXd> svd(G, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const VectorXd h = svd.singularValues().array() / (svd.singularValues().array().square() + 0.7).sqrt();
    CHECK((math::smooth_polar_factor(G, 0.7) - svd.matrixU() * h.asDiagonal() * svd.matrixV().transpose())
              .norm() < 1e-12);
}

TEST_CASE("polar factor: iterations approach it as published") {
    const MatrixXd G = conditioned(64, 200, 4.0);
    const MatrixXd exact = exact_polar(G);
    const test::CheckValues iterations("polar-factor");
    const std::vector<double> steps = iterations.numbers("newton-schulz.steps");
    for (std::size_t k = 0; k < steps.size(); ++k)
        CHECK(spectral_norm(math::newton_schulz(G, static_cast<int>(steps[k])) - exact) ==
              iterations.approx("newton-schulz", "error", k));
    CHECK(spectral_norm(math::newton_schulz(G, 30) - exact) < 2e-12);
    // Muon's five steps leave small singular values behind; ten end in its band.
    const VectorXd five = Eigen::JacobiSVD<MatrixXd>(math::muon_iteration(G, 5)).singularValues();
    const VectorXd ten = Eigen::JacobiSVD<MatrixXd>(math::muon_iteration(G, 10)).singularValues();
    CHECK(five[63] == iterations.approx("muon", "singular_values", 0));
    CHECK(five[0] == iterations.approx("muon", "singular_values", 1));
    const std::vector<double> band = iterations.numbers("muon-band.singular_values");
    CHECK(ten[63] > band.at(0) - iterations.number("muon-band.tolerance"));
    CHECK(ten[0] < band.at(1) + iterations.number("muon-band.tolerance"));
}

}  // namespace polar_factor_tests
