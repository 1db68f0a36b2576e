// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "solvers/dmft/trajectories/history.hpp"

namespace hidyn::dmft {

/// The sums over trajectories that become the memory kernel Gamma at one step, and how much of them single
/// trajectories carry.
struct MemorySums {
    std::vector<double> blocks;  ///< [s][k][l], s < m: sum of l'' D^{m,s}
    double largest = 0.0;        ///< of all trajectories, sum of |l'' D|
    double total = 0.0;

    void note(const std::array<double, tile_width>& sizes) {
        for (const double size : sizes) {
            total += size;
            largest = std::max(largest, size);
        }
    }
};

}  // namespace hidyn::dmft
