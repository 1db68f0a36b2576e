// SPDX-License-Identifier: MIT
#include "math/matrices/spectrum.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>

#include "math/matrices/orthogonal.hpp"

namespace hidyn::math {

using Eigen::MatrixXd;
using Eigen::VectorXd;

SymmetricSpectrum::SymmetricSpectrum(const MatrixXd& M) {
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(M);
    values_ = solver.eigenvalues();
    vectors_ = solver.eigenvectors();
}

VectorXd symmetric_eigenvalues(const MatrixXd& M) {
    return Eigen::SelfAdjointEigenSolver<MatrixXd>(M, Eigen::EigenvaluesOnly).eigenvalues();
}

VectorXd singular_values(const MatrixXd& W) {
    return Eigen::BDCSVD<MatrixXd>(W).singularValues();
}

MatrixXd upper_factor(const MatrixXd& W) {
    return OrthogonalTriangular(W).upper(std::min(W.rows(), W.cols()));
}

}  // namespace hidyn::math
