// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "solvers/dmft/kernels.hpp"

namespace hidyn::dmft {

/// One solution of the theory on one grid, times 0..kernels.now().
struct Solution {
    CausalKernels kernels;
    std::vector<double> train_loss = {};  ///< E l(lambda^m, y), m = 0..now
    std::string trouble = {};             ///< "" or what was not finite or too large; the solution ends there
    /// Largest share that a single trajectory has in a row of Gamma: above a few percent the average is
    /// ruled by rare trajectories.
    double largest_share = 0.0;
};

/// What every engine is asked for.
struct Discretization {
    double step = 0.1;      ///< delta
    std::size_t steps = 0;  ///< T: the grid has T + 1 times
    double largest = 1e6;   ///< beyond this a kernel counts as diverged
};

/// What is not finite or too large after a step, as a sentence with step and time; "" if nothing. The
/// training loss is that of the step before the kernels' present one.
[[nodiscard]] std::string trouble_of(const CausalKernels& kernels, double train_loss,
                                     const Discretization& grid);

/// Which of the independent Monte Carlo solutions: this alone determines the random numbers.
struct Draw {
    std::uint64_t seed = 0;
    std::uint64_t route = 0;
    std::uint32_t repeat = 0;
    std::size_t trajectories = 4000;  ///< N
};

}  // namespace hidyn::dmft
