// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

/// Averages over Gaussian inputs of a student f = sum_k lambda_k^2 and a teacher f* = sum_r lambda*_r^2,
/// y = f* + sqrt(Delta) xi, under the loss l = (f - y)^2 / 4, whose gradient in lambda is g = (f - y) lambda.
/// With A (K x p) the students' weights on the probes, Theta (M x p) the teachers', C_p the probes'
/// variances:
///
///   Gamma = E lambda lambda^T,  R = E lambda lambda*^T = A C_p Theta^T,  T = Theta C_p Theta^T,
///   tau = tr Gamma - tr T,  H = 2 Gamma + tau,  d grad L = (H W - 2 R W*) C.
///
/// All are Isserlis' theorem. Source: Braun, Bao, Huang & Imaizumi, arXiv 2601.22652, for the spiked case.
namespace hidyn::quadratic_network {

struct Moments {
    Eigen::MatrixXd Gamma, R, T;
    double tau = 0.0;
    Eigen::MatrixXd H;

    Moments(Eigen::MatrixXd gamma, const Eigen::MatrixXd& A, const Eigen::MatrixXd& Theta,
            const Eigen::VectorXd& probes);

    /// E (f - f*)^2 / 4.
    [[nodiscard]] double loss() const;
    /// d grad L on the probes, K x p: Psi_A = (H A - 2 R Theta) C_p.
    [[nodiscard]] Eigen::MatrixXd probe_gradient(const Eigen::MatrixXd& A, const Eigen::MatrixXd& Theta,
                                                 const Eigen::VectorXd& probes) const;
    /// E g lambda^T = H Gamma - 2 R R^T.
    [[nodiscard]] Eigen::MatrixXd drift() const;
    /// E g g^T, K x K.
    [[nodiscard]] Eigen::MatrixXd noise(double Delta) const;
};

}  // namespace hidyn::quadratic_network
