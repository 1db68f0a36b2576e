// SPDX-License-Identifier: MIT
#include "models/quadratic_network/moments.hpp"

#include <utility>

namespace hidyn::quadratic_network {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

Moments::Moments(MatrixXd gamma, const MatrixXd& A, const MatrixXd& Theta, const VectorXd& probes)
    : Gamma(std::move(gamma)),
      R(A * probes.asDiagonal() * Theta.transpose()),
      T(Theta * probes.asDiagonal() * Theta.transpose()),
      tau(Gamma.trace() - T.trace()),
      H(2.0 * Gamma) {
    H.diagonal().array() += tau;
}

double Moments::loss() const {
    return 0.25 * (tau * tau + 2.0 * (Gamma.squaredNorm() - 2.0 * R.squaredNorm() + T.squaredNorm()));
}

MatrixXd Moments::probe_gradient(const MatrixXd& A, const MatrixXd& Theta, const VectorXd& probes) const {
    return (H * A - 2.0 * R * Theta) * probes.asDiagonal();
}

MatrixXd Moments::drift() const {
    return H * Gamma - 2.0 * R * R.transpose();
}

MatrixXd Moments::noise(double Delta) const {
    const Index K = Gamma.rows();
    const Index M = T.rows();
    // Omega is the covariance of all preactivations; S gives f - f* = z^T S z.
    MatrixXd Omega(K + M, K + M);
    Omega << Gamma, R, R.transpose(), T;
    VectorXd S = VectorXd::Ones(K + M);
    S.tail(M).setConstant(-1.0);
    const MatrixXd OS = Omega * S.asDiagonal();
    const double trace = OS.trace();
    const double square = OS.cwiseProduct(OS.transpose()).sum();
    const MatrixXd OSO = OS * Omega;
    const MatrixXd all = (trace * trace + 2.0 * square + Delta) * Omega + 4.0 * trace * OSO + 8.0 * OS * OSO;
    return all.topLeftCorner(K, K);
}

}  // namespace hidyn::quadratic_network
