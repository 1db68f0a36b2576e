// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "random/gaussian_lanes.hpp"
#include "solvers/dmft/solution.hpp"

namespace hidyn::dmft {

/// The standard normals that drive N trajectories: a randomly shifted Richtmyer lattice (fractional parts of
/// i sqrt(prime)) for the start and the first directions of the noise, pseudo-random beyond, moment-matched:
/// the start's columns have mean 0 and covariance 1 exactly, later ones mean 0, variance 1 and no correlation
/// with the start.
class StartingNormals {
  public:
    StartingNormals(const Draw& draw, std::size_t start_columns);

    /// N x columns.
    [[nodiscard]] const Eigen::MatrixXd& start() const { return start_; }
    /// The next direction of the noise, one number per trajectory.
    [[nodiscard]] Eigen::VectorXd next_direction();

  private:
    [[nodiscard]] Eigen::VectorXd column();

    random::GaussianLanes beyond_;  ///< for the columns after the lattice
    Draw draw_;
    std::uint32_t columns_ = 0;
    Eigen::MatrixXd start_;
};

}  // namespace hidyn::dmft
