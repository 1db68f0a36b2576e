// SPDX-License-Identifier: MIT
#include "math/matrices/polar_factor.hpp"

#include <Eigen/SVD>
#include <cmath>

#include "math/matrices/orthogonal.hpp"
#include "math/matrices/spectrum.hpp"

namespace hidyn::math {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double rank_tolerance = 1e-13;
constexpr double widest_gram = 1e-6;  ///< smallest over largest eigenvalue

MatrixXd gram(const MatrixXd& G) {
    MatrixXd product = MatrixXd::Zero(G.rows(), G.rows());
    product.selfadjointView<Eigen::Lower>().rankUpdate(G);
    return product.selfadjointView<Eigen::Lower>();
}

/// f(G) by its rows' Gram matrix: V f(s) / s V^T G.
template <class Function>
MatrixXd by_gram(const MatrixXd& G, const math::SymmetricSpectrum& solver, Function over_s) {
    const MatrixXd& V = solver.eigenvectors();
    const VectorXd factor = solver.eigenvalues().unaryExpr(over_s);
    const MatrixXd root = V * factor.asDiagonal() * V.transpose();
    return root * G;
}

/// Of a wide matrix.
MatrixXd by_decomposition(const MatrixXd& G) {
    const OrthogonalTriangular qr(G.transpose());
    const Index K = G.rows();
    const MatrixXd R = qr.upper(K);
    const Eigen::JacobiSVD<MatrixXd> svd(R, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const VectorXd& s = svd.singularValues();
    VectorXd kept(K);
    for (Index k = 0; k < K; ++k) kept[k] = s[k] > rank_tolerance * s[0] ? 1.0 : 0.0;
    MatrixXd factor = MatrixXd::Zero(G.cols(), K);
    factor.topRows(K) = svd.matrixU() * kept.asDiagonal() * svd.matrixV().transpose();
    return qr.rotate(factor).transpose();
}

template <class Step>
MatrixXd iterate(const MatrixXd& G, int steps, Step step) {
    const double norm = G.stableNorm();
    if (norm == 0.0) return G;
    const bool tall = G.rows() > G.cols();
    MatrixXd X = (tall ? MatrixXd(G.transpose()) : G) / norm;
    for (int s = 0; s < steps; ++s) X = step(X);
    return tall ? MatrixXd(X.transpose()) : X;
}

}  // namespace

MatrixXd polar_factor(const MatrixXd& G) {
    if (G.rows() > G.cols()) return polar_factor(G.transpose()).transpose();
    // Squares of tiny gradients would underflow.
    const double largest = G.cwiseAbs().maxCoeff();
    if (largest == 0.0) return G;
    const MatrixXd scaled = G / largest;
    const math::SymmetricSpectrum solver(gram(scaled));
    const VectorXd& values = solver.eigenvalues();
    if (values[0] > widest_gram * values[values.size() - 1])
        return by_gram(scaled, solver, [](double square) { return 1.0 / std::sqrt(square); });
    return by_decomposition(scaled);
}

MatrixXd smooth_polar_factor(const MatrixXd& G, double epsilon) {
    if (G.rows() > G.cols()) return smooth_polar_factor(G.transpose(), epsilon).transpose();
    const math::SymmetricSpectrum solver(gram(G));
    return by_gram(G, solver,
                   [&](double square) { return 1.0 / std::sqrt(std::max(square, 0.0) + epsilon); });
}

MatrixXd newton_schulz(const MatrixXd& G, int steps) {
    return iterate(G, steps, [](const MatrixXd& X) -> MatrixXd { return 1.5 * X - 0.5 * (gram(X) * X); });
}

MatrixXd muon_iteration(const MatrixXd& G, int steps) {
    return iterate(G, steps, [](const MatrixXd& X) -> MatrixXd {
        const MatrixXd A = gram(X);
        const MatrixXd B = -4.7750 * A + 2.0315 * (A * A);
        return 3.4445 * X + B * X;
    });
}

}  // namespace hidyn::math
