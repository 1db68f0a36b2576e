// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace hidyn::math {

/// A lower-triangular root of a covariance that may be singular: Omega = L L^T up to 1e-13 of its scale, with
/// u_a = sum_c L_ac z_{c}, and zero columns where unit a adds no direction of its own. For full rank it
/// depends smoothly on Omega (an eigen-root would not: its columns turn and swap).
struct TriangularRoot {
    Eigen::MatrixXd L;                     ///< n x n, column a belongs to unit a
    std::vector<Eigen::Index> directions;  ///< the columns that are not zero, ascending

    [[nodiscard]] std::size_t rank() const { return directions.size(); }
    void compute(const Eigen::MatrixXd& Omega);
};

}  // namespace hidyn::math
