// SPDX-License-Identifier: MIT
#include "models/teacher_student/start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "math/matrices/orthogonal.hpp"
#include "math/matrices/spectrum.hpp"
#include "random/stream.hpp"

namespace hidyn::teacher_student {
namespace {

constexpr double tolerance = 1e-9;

using Eigen::Index;
using Eigen::MatrixXd;

double asymmetry(const MatrixXd& matrix) {
    return (matrix - matrix.transpose()).cwiseAbs().maxCoeff();
}

Index rank(const MatrixXd& gram, double relative_threshold) {
    const Eigen::VectorXd values = math::symmetric_eigenvalues(gram);
    const double threshold = relative_threshold * std::max(1e-300, values.maxCoeff());
    return (values.array() > threshold).count();
}

// A root with `columns` columns of a positive semidefinite matrix, from its leading eigenpairs.
MatrixXd eigen_root(const MatrixXd& gram, Index columns) {
    const math::SymmetricSpectrum solver(gram);
    const Index size = gram.rows();
    if (columns == size)
        return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal() *
               solver.eigenvectors().transpose();
    return solver.eigenvectors().rightCols(columns) *
           solver.eigenvalues().tail(columns).cwiseMax(0.0).cwiseSqrt().asDiagonal();
}

// The same root, rotated from the right into lower trapezoidal form.
MatrixXd lower_trapezoidal(const MatrixXd& root) {
    if (root.size() == 0) return root;
    MatrixXd lower = MatrixXd::Zero(root.rows(), root.cols());
    const MatrixXd upper = math::upper_factor(root.transpose());
    lower.leftCols(upper.rows()) = upper.transpose();
    return lower;
}

// Bartlett (1933): the lower triangular factor of the Gram matrix of `rows` standard normal vectors in `d`
// dimensions.
MatrixXd bartlett(Index rows, Index columns, double d, random::Stream& stream) {
    MatrixXd factor = MatrixXd::Zero(rows, columns);
    for (Index row = 0; row < rows; ++row)
        for (Index column = 0; column <= std::min(row, columns - 1); ++column)
            factor(row, column) =
                row == column ? stream.chi(d - static_cast<double>(column)) : stream.normal();
    return factor;
}

}  // namespace

MatrixXd OrderParameters::joint_covariance() const {
    MatrixXd joint(Q.rows() + T.rows(), Q.rows() + T.rows());
    joint << Q, R, R.transpose(), T;
    return joint;
}

std::string gram_defect(const OrderParameters& start) {
    if (asymmetry(start.Q) > 1e-12 * std::max(1.0, start.Q.cwiseAbs().maxCoeff()))
        return "Q must be symmetric";
    if (asymmetry(start.T) > 1e-12 * std::max(1.0, start.T.cwiseAbs().maxCoeff()))
        return "T must be symmetric";
    const MatrixXd joint = start.joint_covariance();
    const Eigen::VectorXd values = math::symmetric_eigenvalues(joint);
    const double smallest = values.minCoeff();
    if (smallest < -tolerance * std::max(1.0, values.maxCoeff()))
        return fmt::format(
            "no real weight vectors have these overlaps Q, R and T together: [[Q, R], [R^T, T]] must be "
            "positive "
            "semidefinite, but its smallest eigenvalue is {:.3g}",
            smallest);
    return "";
}

std::size_t joint_rank(const OrderParameters& start) {
    return static_cast<std::size_t>(rank(start.joint_covariance(), tolerance));
}

SquareRoot square_root(const OrderParameters& start, std::uint64_t d) {
    const Index students = start.Q.rows();
    const Index teachers = start.T.rows();
    const bool room = d >= static_cast<std::uint64_t>(students + teachers);
    const Index teacher_frame = room ? teachers : rank(start.T, 1e-12);
    const Index student_frame = static_cast<Index>(std::min<std::uint64_t>(
        static_cast<std::uint64_t>(students), d - static_cast<std::uint64_t>(teacher_frame)));
    SquareRoot root;
    root.Theta = eigen_root(start.T, teacher_frame);
    root.P = math::least_squares_from_right(root.Theta, start.R);
    root.S = lower_trapezoidal(eigen_root(start.Q - root.P * root.P.transpose(), student_frame));
    return root;
}

OrderParameters draw_start(const RandomStart& law, const MatrixXd& T, const Eigen::VectorXd& v,
                           std::uint32_t replica) {
    random::Stream stream(
        {.seed = law.seed, .route = 0, .replica = replica, .purpose = random::Purpose::start});
    const Index students = v.size();
    const Index teachers = T.rows();
    const double d = static_cast<double>(law.d);
    const double unit = 1.0 / std::sqrt(d);
    const Index teacher_frame = std::min<Index>(teachers, static_cast<Index>(law.d));
    const Index student_frame = std::min<Index>(students, static_cast<Index>(law.d) - teacher_frame);

    const MatrixXd Theta = law.random_teacher ? MatrixXd(unit * bartlett(teachers, teacher_frame, d, stream))
                                              : eigen_root(T, teacher_frame);
    MatrixXd P(students, teacher_frame);
    for (Index row = 0; row < students; ++row)
        for (Index column = 0; column < teacher_frame; ++column)
            P(row, column) = law.scale * unit * stream.normal();
    MatrixXd S =
        law.scale * unit * bartlett(students, student_frame, d - static_cast<double>(teacher_frame), stream);
    if (law.normalized)
        for (Index row = 0; row < students; ++row) {
            const double norm = std::hypot(P.row(row).norm(), S.row(row).norm());
            if (norm <= 0.0) continue;  // scale = 0
            P.row(row) *= law.scale / norm;
            S.row(row) *= law.scale / norm;
        }

    OrderParameters start;
    start.T = law.random_teacher ? MatrixXd(Theta * Theta.transpose()) : T;
    start.R = P * Theta.transpose();
    start.Q = P * P.transpose() + S * S.transpose();
    start.v = v;
    return start;
}

}  // namespace hidyn::teacher_student
