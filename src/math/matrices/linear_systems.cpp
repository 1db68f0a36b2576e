// SPDX-License-Identifier: MIT
#include "math/matrices/linear_systems.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace hidyn::math {

using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd inverse(const MatrixXd& M) {
    return M.inverse();
}

MatrixXd cholesky_factor(const MatrixXd& M) {
    return M.llt().matrixL();
}

MatrixXd cholesky_solve(const MatrixXd& M, const MatrixXd& B) {
    return M.llt().solve(B);
}

VectorXd cholesky_solve(const MatrixXd& M, const VectorXd& b) {
    return M.llt().solve(b);
}

}  // namespace hidyn::math
