// SPDX-License-Identifier: MIT
#include "core/step_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hidyn {
namespace {

// A grid time that means a whole number of steps misses it by the rounding of a few operations, no more.
constexpr double rounding = 32.0 * std::numeric_limits<double>::epsilon();

}  // namespace

std::vector<Sampling> sampling_schedule(const TimeGrid& grid, double steps_per_unit_time) {
    std::vector<Sampling> schedule;
    for (std::size_t time = 0; time < grid.size(); ++time) {
        const double position = grid.times[time] * steps_per_unit_time;
        const double nearest = std::round(position);
        if (std::abs(position - nearest) <= rounding * std::max(1.0, position)) {
            schedule.push_back({static_cast<std::uint64_t>(nearest), time, 1.0});
            continue;
        }
        const double below = std::floor(position);
        schedule.push_back({static_cast<std::uint64_t>(below), time, 1.0 - (position - below)});
        schedule.push_back({static_cast<std::uint64_t>(below) + 1, time, position - below});
    }
    std::ranges::stable_sort(schedule, {}, &Sampling::step);
    return schedule;
}

}  // namespace hidyn
