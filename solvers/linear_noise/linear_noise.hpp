// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <functional>

#include "math/integrator.hpp"

/// Gaussian fluctuations of order 1/sqrt(d) around a deterministic limit. With ds = b(s) dt + d^{-1/2}
/// Sigma(s)^{1/2} dB to leading order, Cov(s(t)) = V(t) / d + O(d^-2) where
///
///   dV/dt = J V + V J^T + Sigma,   J = db/ds,   V(0) = 0 for a prescribed start.
///
/// (van Kampen's system-size expansion, with d as the size.) The engine knows no problem.
namespace hidyn::linear_noise {

struct LinearNoise {
    std::size_t size = 0;  ///< of s
    std::function<void(const math::State& s, math::State& drift)> drift;
    std::function<void(const math::State& s, Eigen::MatrixXd& diffusion)> diffusion;
    std::function<bool(const math::State& s)> diverged;
    std::function<void(std::size_t time, const math::State& s, const Eigen::MatrixXd& covariance)> record;
    double tolerance = 1e-6;
};

[[nodiscard]] math::IntegrationReport integrate(const LinearNoise& problem, const math::State& start,
                                                std::span<const double> times, Progress& progress);

}  // namespace hidyn::linear_noise
