#pragma once

#include <algorithm>
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

/// Drives a discrete-time algorithm along a schedule. `advance(n)` makes n steps, `check(step)` looks at the
/// state at least every `check_interval` steps (divergence, interruption, progress) and returns false to end
/// early, `sample(sampling)` observes.
template <class Advance, class Check, class Sample>
void follow_schedule(const std::vector<Sampling>& schedule, std::uint64_t check_interval, Advance advance,
                     Check check, Sample sample) {
    std::uint64_t step = 0;
    for (const Sampling& sampling : schedule) {
        while (step < sampling.step) {
            const std::uint64_t count = std::min(sampling.step - step, check_interval);
            advance(count);
            step += count;
            if (!check(step)) return;
        }
        sample(sampling);
    }
}

}  // namespace hidyn
