// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <span>

#include "models/quadratic_network/start.hpp"

/// Gradient flow of the population loss with isotropic inputs is a matrix Riccati equation for M = W^T W / d,
///
///   dM/dt = -(B M + M B),  B = 2 (M - M*) + tau,  tau = tr (M - M*),
///
/// solved by M + 2 scalars: phi = int tau, theta = int e^{-2 phi} and, for each teacher of strength mu_r,
/// theta_r = e^{-4 mu_r t} int e^{4 mu_r s - 2 phi(s)} ds, all 0 at the start:
///
///   dphi/dt = tr T + bulk - sum_r mu_r,  dtheta/dt = e^{-2 phi},  dtheta_r/dt = e^{-2 phi} - 4 mu_r theta_r.
///
/// Source: Martin, Bach & Biroli, arXiv 2311.03794, for networks of this kind.
namespace hidyn::riccati {

/// phi, theta, theta_1, ..
using Scalars = std::span<const double>;

/// The solution from a given start, exact at any K >= M and d.
class Solution {
  public:
    /// Columns of start.A are the teachers' directions; start.L has the one bulk.
    Solution(const quadratic_network::Factors& start, std::vector<double> strengths);

    [[nodiscard]] std::size_t scalars() const { return strengths_.size() + 2; }
    void derivative(Scalars state, std::span<double> derivative, double time) const;

    /// M on the teachers' directions and on the directions that the bulk's weights span: (M + r) x (M + r),
    /// the teachers first.
    [[nodiscard]] Eigen::MatrixXd matrix(Scalars state, double time) const;

  private:
    struct Parts {
        Eigen::VectorXd P;   ///< 1 / (1 + 4 theta y), y the eigenvalues of the bulk's Gram matrix
        Eigen::MatrixXd S;   ///< a^T P a
        Eigen::VectorXd E;   ///< e^{-2 mu t}
        Eigen::MatrixXd F;   ///< E^2 + 4 S theta_r
        double scale = 1.0;  ///< e^{-2 phi}
    };
    [[nodiscard]] Parts parts(Scalars state, double time) const;
    [[nodiscard]] Eigen::MatrixXd teacher_block(const Parts& parts, Scalars state) const;

    std::vector<double> strengths_;
    Eigen::VectorXd y_;     ///< eigenvalues of L L^T
    Eigen::MatrixXd a_;     ///< A in their basis, K x M
    Eigen::MatrixXd bulk_;  ///< L in their basis, K x r
};

}  // namespace hidyn::riccati
