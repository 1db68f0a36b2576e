// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "math/activation.hpp"
#include "math/gaussian/gaussian_nodes.hpp"

namespace hidyn::math {

/// The generalization error as a function of the order parameters, the definition that simulations and theory
/// share:
///
///     (1/2) E[(f* - f)^2] = (1/2) sum_ab A_a A_b E[g_a(u_a) g_b(u_b)],  u ~ N(0, Omega),  A = (v, -v*).
///
/// Closed forms where both units have one of the same family, else one- and two-dimensional quadrature. The
/// sum cancels to rounding (about 1e-16 of its terms) at perfect learning and is clipped at 0. Kinked general
/// activations are accurate to about 1e-4 of the value. Omega may be singular. One object belongs to one
/// thread: it holds workspace.
class MeanSquareResidual {
  public:
    MeanSquareResidual(const Activation& student, const Activation& teacher, std::size_t students,
                       std::size_t teachers, const QuadratureOptions& options = {});

    /// The value with its factor 1/2, without label noise.
    [[nodiscard]] double half(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A) const;

  private:
    enum class Pairing { student_student, student_teacher, teacher_teacher };
    [[nodiscard]] double second_moment(Pairing pairing, const Eigen::Matrix2d& C) const;
    [[nodiscard]] double half_erf(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A) const;

    Activation of_student, of_teacher;
    Eigen::Index K;
    mutable std::vector<GaussianNodes> nodes;  ///< one per pairing
    mutable std::vector<double> arguments;
    mutable Eigen::MatrixXd pair_covariance;
};

}  // namespace hidyn::math
