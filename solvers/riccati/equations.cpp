// SPDX-License-Identifier: MIT
#include "solvers/riccati/equations.hpp"

#include <cmath>
#include <utility>

#include "math/matrices/linear_systems.hpp"
#include "math/matrices/spectrum.hpp"

namespace hidyn::riccati {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

VectorXd of_teachers(Scalars state) {
    return Map<const VectorXd>(state.data() + 2, static_cast<Index>(state.size()) - 2);
}

}  // namespace

Solution::Solution(const quadratic_network::Factors& start, std::vector<double> strengths)
    : strengths_(std::move(strengths)) {
    const MatrixXd& L = start.L.front();
    const math::SymmetricSpectrum solver(MatrixXd(L * L.transpose()));
    y_ = solver.eigenvalues().cwiseMax(0.0);
    a_ = solver.eigenvectors().transpose() * start.A;
    bulk_ = solver.eigenvectors().transpose() * L;
}

Solution::Parts Solution::parts(Scalars state, double time) const {
    Parts made;
    made.scale = std::exp(-2.0 * state[0]);
    made.P = (1.0 + 4.0 * state[1] * y_.array()).inverse();
    made.S = a_.transpose() * made.P.asDiagonal() * a_;
    made.E = (-2.0 * time * Map<const VectorXd>(strengths_.data(), a_.cols()).array()).exp();
    made.F = 4.0 * made.S * of_teachers(state).asDiagonal();
    made.F.diagonal() += made.E.cwiseAbs2();
    return made;
}

// e^{-2 phi} (E S^{-1} E + 4 theta_r)^{-1}: nothing grows with time in it.
MatrixXd Solution::teacher_block(const Parts& one, Scalars state) const {
    MatrixXd inverse = one.E.asDiagonal() * math::inverse(one.S) * one.E.asDiagonal();
    inverse.diagonal() += 4.0 * of_teachers(state);
    return one.scale * math::inverse(inverse);
}

void Solution::derivative(Scalars state, std::span<double> derivative, double time) const {
    const Parts one = parts(state, time);
    const VectorXd teachers = of_teachers(state);
    // tr P Y - tr F^{-T} 4 theta_r a^T P Y P a.
    const VectorXd twice = one.P.cwiseAbs2().cwiseProduct(y_);
    const MatrixXd inner = a_.transpose() * twice.asDiagonal() * a_;
    const MatrixXd D = 4.0 * teachers.asDiagonal() * math::inverse(one.F);
    const double bulk = one.scale * (one.P.dot(y_) - D.cwiseProduct(inner.transpose()).sum());
    double rest = teacher_block(one, state).trace() + bulk;
    for (const double mu : strengths_) rest -= mu;
    derivative[0] = rest;
    derivative[1] = one.scale;
    for (std::size_t r = 0; r < strengths_.size(); ++r)
        derivative[2 + r] = one.scale - 4.0 * strengths_[r] * state[2 + r];
}

MatrixXd Solution::matrix(Scalars state, double time) const {
    const Parts one = parts(state, time);
    const Index M = a_.cols();
    const Index r = bulk_.cols();
    const MatrixXd PL = one.P.asDiagonal() * bulk_;
    const MatrixXd aPL = a_.transpose() * PL;
    const MatrixXd inverse = math::inverse(one.F);
    MatrixXd made(M + r, M + r);
    made.topLeftCorner(M, M) = teacher_block(one, state);
    made.topRightCorner(M, r) = one.scale * one.E.asDiagonal() * inverse * aPL;
    made.bottomLeftCorner(r, M) = made.topRightCorner(M, r).transpose();
    made.bottomRightCorner(r, r) =
        one.scale *
        (bulk_.transpose() * PL - aPL.transpose() * (4.0 * of_teachers(state).asDiagonal() * inverse) * aPL);
    return 0.5 * (made + made.transpose());
}

}  // namespace hidyn::riccati
