// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

namespace hidyn::riccati {

/// Gradient flow of two linear layers on whitened inputs whose start is lambda-balanced, W_2^T W_2 - W_1
/// W_1^T = lambda I: with Q = (W_1^T; W_2),
///   dQ/dt = F Q - Q Q^T Q / 2, F = (-lambda/2, M^T; M, lambda/2),
/// a Riccati equation for P = Q Q^T, solved in closed form. Sources: Fukumizu 1998; Braun et al., NeurIPS
/// 2022; Domine et al., arXiv 2409.14623.
///
/// The closed form of P loses its rank to rounding that grows as e^{2 f t}; the factor is advanced instead,
/// in steps with f h <= 3:  C C^T = I + Q^T S(h) Q,  Q <- e^{F h} Q C^{-T},  S(h) = int_0^h e^{2 F s} ds. It
/// agrees with (W_1^T; W_2) up to a rotation of the hidden units.
class FactorFlow {
  public:
    /// M of d_o x d_i; Q of (d_i + d_o) x n_h.
    FactorFlow(const Eigen::MatrixXd& M, double lambda, const Eigen::MatrixXd& Q);

    void advance(double time);
    /// P = Q Q^T of d_i + d_o rows: W_1^T W_1 and W_2 W_2^T on its diagonal, W_2 W_1 in the lower left.
    [[nodiscard]] Eigen::MatrixXd P() const;

  private:
    void step(double h);

    Eigen::MatrixXd O_;  ///< eigenvectors of F
    Eigen::VectorXd f_;
    Eigen::MatrixXd Y_;  ///< O^T Q
};

}  // namespace hidyn::riccati
