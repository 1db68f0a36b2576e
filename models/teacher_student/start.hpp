// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>

/// The order parameters of a two-layer teacher-student network and the ways to start from them.
namespace hidyn::teacher_student {

/// Q = W W^T / d (K x K), R = W W*^T / d (K x M), T = W* W*^T / d (M x M), and the second layer v (K).
struct OrderParameters {
    Eigen::MatrixXd Q, R, T;
    Eigen::VectorXd v;

    /// Covariance of all preactivations, students first: [[Q, R], [R^T, T]].
    [[nodiscard]] Eigen::MatrixXd joint_covariance() const;
};

/// What keeps these matrices from being Gram matrices of real vectors, as the end of a sentence; "" if
/// nothing.
[[nodiscard]] std::string gram_defect(const OrderParameters& start);

/// Numerical rank of the joint covariance: the smallest d in which such vectors exist.
[[nodiscard]] std::size_t joint_rank(const OrderParameters& start);

/// A square root of the order parameters at size d: with orthonormal rows U1 (M1), U2 (K2),
///   W* = sqrt(d) Theta U1,   W = sqrt(d) (P U1 + S U2),
/// so T = Theta Theta^T, R = P Theta^T, Q = P P^T + S S^T hold exactly at every d >= joint_rank.
/// Shapes: Theta M x M1, P K x M1, S K x K2 lower trapezoidal, K2 = min(K, d - M1). M1 = M where there is
/// room for all vectors; at d < K + M it is the rank of T, so that no direction is spent on teachers that do
/// not need it.
struct SquareRoot {
    Eigen::MatrixXd Theta, P, S;
};
[[nodiscard]] SquareRoot square_root(const OrderParameters& start, std::uint64_t d);

/// Draws the start of random students with weights N(0, scale^2) in dimension d, exactly in law: T is kept if
/// `random_teacher` is false, else drawn from teacher weights N(0, 1). Normalized students are uniform on the
/// sphere |w_k|^2 = scale^2 d instead. `replica` selects the draw.
struct RandomStart {
    double scale = 1.0;
    std::uint64_t seed = 0;
    std::uint64_t d = 1000;
    bool random_teacher = false;
    bool normalized = false;
};
[[nodiscard]] OrderParameters draw_start(const RandomStart& law, const Eigen::MatrixXd& T,
                                         const Eigen::VectorXd& v, std::uint32_t replica);

}  // namespace hidyn::teacher_student
