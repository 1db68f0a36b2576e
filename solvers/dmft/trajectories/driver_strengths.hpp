// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "random/gaussian_lanes.hpp"
#include "solvers/dmft/process.hpp"
#include "solvers/dmft/solution.hpp"

namespace hidyn::dmft {

/// The strengths z with which the samples of N trajectories act, drawn anew at every step.
class DriverStrengths {
  public:
    DriverStrengths(Driver driver, double mean, const Draw& draw);

    void draw();
    /// One per trajectory.
    [[nodiscard]] const double* now() const { return strength_.data(); }

  private:
    random::GaussianLanes lanes_;
    std::vector<double> strength_;
    double mean_;
    Driver driver_;
};

}  // namespace hidyn::dmft
