// SPDX-License-Identifier: MIT
#include "core/time_grid.hpp"

#include <cmath>

namespace hidyn {

TimeGrid TimeGrid::linear(double end, std::size_t points) {
    TimeGrid grid;
    grid.times.resize(points);
    for (std::size_t index = 0; index < points; ++index)
        grid.times[index] = end * static_cast<double>(index) / static_cast<double>(points - 1);
    grid.times.back() = end;
    return grid;
}

TimeGrid TimeGrid::logarithmic(double first, double end, std::size_t points) {
    TimeGrid grid;
    grid.times.resize(points);
    grid.times[0] = 0.0;
    const double ratio = std::log(end / first);
    for (std::size_t index = 1; index < points; ++index)
        grid.times[index] =
            first * std::exp(ratio * static_cast<double>(index - 1) / static_cast<double>(points - 2));
    grid.times.back() = end;
    return grid;
}

}  // namespace hidyn
