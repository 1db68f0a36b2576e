// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "models/quadratic_network/quadratic_network.hpp"

namespace hidyn::quadratic_network {

/// sqrt(d) times the gradient of the population loss in the coordinates of `Factors`: its blocks side by
/// side,
///   G = [Psi_A | c_1 H L_1 | c_2 H L_2 | ..],
/// has the singular values of the full gradient, K x d, so that a function of those acts on it alike.
class FactorGradient {
  public:
    FactorGradient(const QuadraticNetwork& problem, std::uint64_t d);

    [[nodiscard]] Eigen::MatrixXd of(const Factors& state) const;
    /// state -= change, block by block.
    static void subtract(const Eigen::MatrixXd& change, Factors& state);

  private:
    Covariance covariance_;
    Eigen::MatrixXd Theta_;
};

}  // namespace hidyn::quadratic_network
