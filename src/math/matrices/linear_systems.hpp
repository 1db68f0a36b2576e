// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

/// Inverses and Cholesky factors behind plain functions: Eigen's templates for them are compiled once.
namespace hidyn::math {

/// M^{-1} (n x n) by LU decomposition with partial pivoting.
[[nodiscard]] Eigen::MatrixXd inverse(const Eigen::MatrixXd& M);

/// The lower triangular L with L L^T = M (n x n) positive definite, zeros above; reads the lower triangle.
[[nodiscard]] Eigen::MatrixXd cholesky_factor(const Eigen::MatrixXd& M);

/// M^{-1} B (n x m) and M^{-1} b (n) of a positive definite M (n x n); reads the lower triangle.
[[nodiscard]] Eigen::MatrixXd cholesky_solve(const Eigen::MatrixXd& M, const Eigen::MatrixXd& B);
[[nodiscard]] Eigen::VectorXd cholesky_solve(const Eigen::MatrixXd& M, const Eigen::VectorXd& b);

}  // namespace hidyn::math
