// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

/// The dense decompositions that many files ask for, behind plain functions: Eigen's templates for them are
/// compiled once.
namespace hidyn::math {

/// M = V diag(values) V^T of a symmetric matrix, eigenvalues increasing; reads the lower triangle.
class SymmetricSpectrum {
  public:
    explicit SymmetricSpectrum(const Eigen::MatrixXd& M);

    [[nodiscard]] const Eigen::VectorXd& eigenvalues() const { return values_; }
    /// In columns.
    [[nodiscard]] const Eigen::MatrixXd& eigenvectors() const { return vectors_; }

  private:
    Eigen::VectorXd values_;
    Eigen::MatrixXd vectors_;
};

/// Increasing; reads the lower triangle.
[[nodiscard]] Eigen::VectorXd symmetric_eigenvalues(const Eigen::MatrixXd& M);

/// Decreasing.
[[nodiscard]] Eigen::VectorXd singular_values(const Eigen::MatrixXd& W);

/// R of W = O R with orthonormal columns in O, upper trapezoidal with min(rows, columns) rows; the signs of
/// its diagonal are not fixed.
[[nodiscard]] Eigen::MatrixXd upper_factor(const Eigen::MatrixXd& W);

}  // namespace hidyn::math
