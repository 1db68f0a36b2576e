// SPDX-License-Identifier: MIT
#include "math/matrices/orthogonal.hpp"

#include <Eigen/QR>

namespace hidyn::math {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

OrthogonalTriangular::OrthogonalTriangular(const MatrixXd& M) {
    const Eigen::HouseholderQR<MatrixXd> qr(M);
    packed_ = qr.matrixQR();
    coefficients_ = qr.hCoeffs();
}

VectorXd OrthogonalTriangular::diagonal() const {
    return packed_.diagonal();
}

MatrixXd OrthogonalTriangular::upper(Index rows) const {
    return packed_.topRows(rows).triangularView<Eigen::Upper>();
}

MatrixXd OrthogonalTriangular::frame(Index columns) const {
    return Eigen::householderSequence(packed_, coefficients_) * MatrixXd::Identity(packed_.rows(), columns);
}

MatrixXd OrthogonalTriangular::rotate(const MatrixXd& X) const {
    return Eigen::householderSequence(packed_, coefficients_) * X;
}

VectorXd least_squares(const MatrixXd& A, const VectorXd& b) {
    return A.householderQr().solve(b);
}

MatrixXd least_squares_from_right(const MatrixXd& A, const MatrixXd& B) {
    return A.completeOrthogonalDecomposition().solve(B.transpose()).transpose();
}

MatrixXd pseudo_inverse(const MatrixXd& A) {
    return A.completeOrthogonalDecomposition().pseudoInverse();
}

}  // namespace hidyn::math
