// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

/// QR decompositions behind plain functions: Eigen's templates for them are compiled once.
namespace hidyn::math {

/// M = O R by Householder's reflections, O (n x n) orthogonal, R upper trapezoidal.
class OrthogonalTriangular {
  public:
    explicit OrthogonalTriangular(const Eigen::MatrixXd& M);

    /// The diagonal of R, min(n, m) entries of either sign.
    [[nodiscard]] Eigen::VectorXd diagonal() const;
    /// The first `rows` rows of R (rows x m), zeros below the diagonal.
    [[nodiscard]] Eigen::MatrixXd upper(Eigen::Index rows) const;
    /// The first columns of O (n x columns).
    [[nodiscard]] Eigen::MatrixXd frame(Eigen::Index columns) const;
    /// O X (n x m).
    [[nodiscard]] Eigen::MatrixXd rotate(const Eigen::MatrixXd& X) const;

  private:
    Eigen::MatrixXd packed_;
    Eigen::VectorXd coefficients_;
};

/// x (m) that minimises |A x - b|, A (n x m) of full column rank.
[[nodiscard]] Eigen::VectorXd least_squares(const Eigen::MatrixXd& A, const Eigen::VectorXd& b);

/// The shortest X (l x m) that minimises |X A^T - B|, A (n x m) of any rank, B l x n.
[[nodiscard]] Eigen::MatrixXd least_squares_from_right(const Eigen::MatrixXd& A, const Eigen::MatrixXd& B);

/// The pseudo-inverse (m x n) of A (n x m).
[[nodiscard]] Eigen::MatrixXd pseudo_inverse(const Eigen::MatrixXd& A);

}  // namespace hidyn::math
