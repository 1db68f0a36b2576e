// SPDX-License-Identifier: MIT
#pragma once

#include "solvers/dmft/solution.hpp"

namespace hidyn::dmft {

/// SGD by events: a sample interacts only at the steps s_1 < .. < s_J at which it is drawn, so a trajectory
/// is its teacher, its label and its jumps. Between jumps its preactivation is Gaussian given what it
/// remembers,
///
///   lambda^m ~ N(mu + b, V),  mu, V the regression of h^m on (lambda*, h^{s_1}, .., h^{s_J}),  b = sum_p
///   R_w(m, s_p) g^{s_p},
///
/// and all averages are taken over that Gaussian by quadrature (Rao-Blackwell). Cost N T (J^2 + nodes^K
/// losses), memory N J^2. The first jumps, the teacher and the noise are a randomised Sobol sequence.
/// Drivers: Bernoulli and Poisson. Throws Interrupted when asked to stop.
[[nodiscard]] Solution solve_events(const Process& process, const Discretization& grid, const Draw& draw,
                                    std::size_t nodes, Progress& progress);

/// Bytes of the trajectories, from the expected number of jumps.
[[nodiscard]] double events_memory_bytes(const Process& process, const Discretization& grid,
                                         std::size_t trajectories);

}  // namespace hidyn::dmft
