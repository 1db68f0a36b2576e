// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/driver_strengths.hpp"

#include <Eigen/Core>
#include <cmath>

#include "random/poisson.hpp"

namespace hidyn::dmft {

DriverStrengths::DriverStrengths(Driver driver, double mean, const Draw& draw)
    : lanes_({.seed = draw.seed,
              .route = draw.route,
              .replica = draw.repeat,
              .purpose = random::Purpose::dynamics}),
      strength_(draw.trajectories, mean),
      mean_(mean),
      driver_(driver) {}

void DriverStrengths::draw() {
    if (driver_ == Driver::constant) return;
    if (driver_ == Driver::gaussian) {
        lanes_.normals(strength_);
        const double deviation = std::sqrt(mean_);
        Eigen::Map<Eigen::ArrayXd> drawn(strength_.data(), static_cast<Eigen::Index>(strength_.size()));
        // The order of Eigen's sums depends on an address; its own arrays begin at a vector's bounds.
        Eigen::ArrayXd z = drawn;
        z -= z.mean();
        drawn = mean_ + z * (deviation / std::sqrt(z.square().mean()));
        return;
    }
    lanes_.uniforms(strength_);
    const double none = std::exp(-mean_);
    for (double& z : strength_)
        z = driver_ == Driver::bernoulli ? (z <= mean_ ? 1.0 : 0.0)
                                         : random::invert_poisson(0.0, none, mean_, z);
}

}  // namespace hidyn::dmft
