// SPDX-License-Identifier: MIT
#include "core/time_grid.hpp"

#include <doctest/doctest.h>

namespace time_grid_tests {

using hidyn::TimeGrid;

TEST_CASE("time grid: linear spacing hits both ends exactly") {
    const TimeGrid grid = TimeGrid::linear(0.3, 4);
    CHECK(grid.times.front() == 0.0);
    CHECK(grid.times[1] == doctest::Approx(0.1).epsilon(1e-15));
    CHECK(grid.end() == 0.3);
}

TEST_CASE("time grid: logarithmic spacing has constant ratios after the start") {
    const TimeGrid grid = TimeGrid::logarithmic(0.01, 100.0, 6);
    CHECK(grid.times[0] == 0.0);
    CHECK(grid.times[1] == doctest::Approx(0.01));
    CHECK(grid.end() == 100.0);
    for (std::size_t index = 3; index < grid.size(); ++index)
        CHECK(grid.times[index] / grid.times[index - 1] == doctest::Approx(10.0));
}

}  // namespace time_grid_tests
