// SPDX-License-Identifier: MIT
#pragma once

#include "solvers/dmft/solution.hpp"

namespace hidyn::dmft {

/// The theory of one linear neuron under the square loss, l' = lambda - lambda* - sqrt(Delta) xi: its
/// equations close, and are solved to machine precision in one sweep over the grid, O(T^3) operations. With
/// D = (I + eta E[z] R_w)^-1 and K = -eta D R_w,
///
///   C_y = D C~ D^T + Var[z] K diag(C_y) K^T,   C~(m,s) = C_w(m,s) - R^m - R^s + T + Delta.
///
/// Throws Interrupted when asked to stop.
[[nodiscard]] Solution solve_linear(const Process& process, double label_noise, const Discretization& grid,
                                    Progress& progress);

}  // namespace hidyn::dmft
