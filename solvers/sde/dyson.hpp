// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

namespace hidyn::sde {

/// Dyson's Brownian motion of the singular values xi_1 < .. < xi_N of an M x N matrix, M > N, in a quadratic
/// potential:
///   d xi_i = -k xi_i dt + g^2 [(M - N) / (2 xi_i) + sum_{j != i} xi_i / (xi_i^2 - xi_j^2)] dt + g d beta_i.
/// Source: Aarts, Lucini & Park, arXiv 2407.16427.
struct Dyson {
    double restoring_rate, noise;
    double excess;  ///< M - N

    [[nodiscard]] Eigen::VectorXd drift(const Eigen::VectorXd& xi) const;
    /// Minus the derivative of the drift, symmetric and positive: the drift comes from a convex potential.
    [[nodiscard]] Eigen::MatrixXd stiffness(const Eigen::VectorXd& xi) const;
    /// One step of backward Euler, xi' = xi + g sqrt(dt) kick + dt drift(xi'), by Newton's method with steps
    /// that keep the order. Explicit steps fail: two values that come close kick each other without bound.
    /// False if Newton's method does not get there.
    [[nodiscard]] bool step(Eigen::VectorXd& xi, const Eigen::VectorXd& kick, double dt) const;
};

}  // namespace hidyn::sde
