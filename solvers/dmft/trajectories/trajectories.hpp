// SPDX-License-Identifier: MIT
#pragma once

#include "solvers/dmft/solution.hpp"

namespace hidyn::dmft {

/// How the response of a trajectory to its own past, D^{m,s} = dlambda^m / dh^s, is averaged.
enum class Tangent {
    exact,  ///< every trajectory carries all its D: N T^3 K^3 / 6 multiply-adds, 2 N T^2 K^2 bytes
    random  ///< along one random direction of signs, with the mean field as control variate: N T^2, little
            ///< memory
};

/// Any driver, any number of students: N trajectories of the effective process, in one causal sweep. With the
/// kernels' own solution of the linear equation in (1),
///
///   lambda^m = Phi_0(m) lambda^0 + Phi_*(m) lambda* + sum_{r<m} R_w(m,r) (zeta^r + g^r),  E zeta^r zeta^s^T
///   = alpha C_g(r,s),
///
/// only the forces g are history; the Gaussian zeta has few directions where C_g is nearly singular. The
/// starts are a randomised lattice, moment-matched. Cost N T^2 K^2 multiply-adds and one read of the history
/// per step. Throws Interrupted when asked to stop.
[[nodiscard]] Solution solve_trajectories(const Process& process, const Discretization& grid,
                                          const Draw& draw, Tangent tangent, Progress& progress);

/// Bytes of the trajectories' histories.
[[nodiscard]] double trajectories_memory_bytes(const Process& process, const Discretization& grid,
                                               std::size_t trajectories, Tangent tangent);

}  // namespace hidyn::dmft
