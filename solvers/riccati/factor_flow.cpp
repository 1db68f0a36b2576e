// SPDX-License-Identifier: MIT
#include "solvers/riccati/factor_flow.hpp"

#include <algorithm>
#include <cmath>

#include "math/matrices/linear_systems.hpp"
#include "math/matrices/spectrum.hpp"

namespace hidyn::riccati {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

FactorFlow::FactorFlow(const MatrixXd& M, double lambda, const MatrixXd& Q) {
    const Index inputs = M.cols();
    const Index outputs = M.rows();
    MatrixXd F = MatrixXd::Zero(inputs + outputs, inputs + outputs);
    F.diagonal().head(inputs).setConstant(-0.5 * lambda);
    F.diagonal().tail(outputs).setConstant(0.5 * lambda);
    F.bottomLeftCorner(outputs, inputs) = M;
    F.topRightCorner(inputs, outputs) = M.transpose();
    const math::SymmetricSpectrum solver(F);
    O_ = solver.eigenvectors();
    f_ = solver.eigenvalues();
    Y_ = O_.transpose() * Q;
}

void FactorFlow::advance(double time) {
    if (time <= 0.0) return;
    constexpr double largest_growth = 3.0;
    const double growth = time * f_.cwiseAbs().maxCoeff();
    const auto steps = static_cast<std::size_t>(std::max(1.0, std::ceil(growth / largest_growth)));
    for (std::size_t k = 0; k < steps; ++k) step(time / static_cast<double>(steps));
}

void FactorFlow::step(double h) {
    const VectorXd S = f_.unaryExpr(
        [h](double f) { return std::abs(f * h) < 1e-14 ? h : std::expm1(2.0 * f * h) / (2.0 * f); });
    const Index hidden = Y_.cols();
    const MatrixXd inner = MatrixXd::Identity(hidden, hidden) + Y_.transpose() * S.asDiagonal() * Y_;
    Y_ = (f_ * h).array().exp().matrix().asDiagonal() * Y_;
    // Y C^{-T} = (C^{-1} Y^T)^T.
    Y_ = math::cholesky_factor(inner).triangularView<Eigen::Lower>().solve(Y_.transpose()).transpose().eval();
}

MatrixXd FactorFlow::P() const {
    const MatrixXd Q = O_ * Y_;
    return Q * Q.transpose();
}

}  // namespace hidyn::riccati
