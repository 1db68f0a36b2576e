#include "solvers/dmft/driver_strengths.hpp"

#include <Eigen/Core>
#include <cmath>

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
    for (double& z : strength_) z = driver_ == Driver::bernoulli ? (z <= mean_ ? 1.0 : 0.0) : poisson(z);
}

double DriverStrengths::poisson(double uniform) const {
    double probability = std::exp(-mean_);
    double below = probability;
    double value = 0.0;
    while (uniform > below && value < 1000.0) {
        value += 1.0;
        probability *= mean_ / value;
        below += probability;
    }
    return value;
}

}  // namespace hidyn::dmft
