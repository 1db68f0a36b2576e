// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hidyn {

/// The times at which every route reports: strictly increasing, starting at 0 or later.
struct TimeGrid {
    std::vector<double> times;
    std::string unit;  ///< e.g. "steps / d"

    [[nodiscard]] std::size_t size() const { return times.size(); }
    [[nodiscard]] double end() const { return times.back(); }

    static TimeGrid linear(double end, std::size_t points);
    /// 0, then points - 1 times evenly spaced in the logarithm from `first` to `end`.
    static TimeGrid logarithmic(double first, double end, std::size_t points);
};

}  // namespace hidyn
