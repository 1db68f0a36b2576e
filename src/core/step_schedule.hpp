// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/time_grid.hpp"

namespace hidyn {

/// After `step` steps, contribute `weight` times the state's observables to grid point `time`.
struct Sampling {
    std::uint64_t step = 0;
    std::size_t time = 0;
    double weight = 1.0;
};

/// When a discrete-time algorithm is observed. A grid time that falls between two steps is interpolated
/// linearly between them, an error of O(1/d^2); rounding to a step would shift the curve by O(1/d), as much
/// as the finite-size effects under study. Sorted by step.
[[nodiscard]] std::vector<Sampling> sampling_schedule(const TimeGrid& grid, double steps_per_unit_time);

}  // namespace hidyn
