// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "models/quadratic_network/covariance.hpp"

namespace hidyn::quadratic_network {

/// Students' weights up to rotations that no average knows of: W / sqrt(d) = [A | L_1 V_1 | L_2 V_2 | ..], A
/// (K x p) on the probes, L_j (K x r_j, r_j <= min(K, d_j)) in block j of the bulk, V_j with orthonormal
/// rows. Q = W W^T / d = A A^T + sum_j L_j L_j^T, exactly.
struct Factors {
    Eigen::MatrixXd A;
    std::vector<Eigen::MatrixXd> L;

    [[nodiscard]] Eigen::MatrixXd Q() const;
    /// E lambda lambda^T = W C W^T / d.
    [[nodiscard]] Eigen::MatrixXd Gamma(const Covariance& covariance) const;
};

/// Weights W_ki ~ N(0, scale^2) at this size.
[[nodiscard]] Factors random_factors(const Covariance& covariance, std::size_t students, double scale,
                                     std::uint64_t seed, std::uint32_t replica);
/// W^T W / d = singular_value^2 I, for K >= d students.
[[nodiscard]] Factors isotropic_factors(const Covariance& covariance, std::size_t students,
                                        double singular_value);
/// A factor of a positive semi-definite matrix, Y = L L^T, with as few columns as its rank.
[[nodiscard]] Eigen::MatrixXd gram_factor(const Eigen::MatrixXd& Y);

}  // namespace hidyn::quadratic_network
