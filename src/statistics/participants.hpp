// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "statistics/coordinates.hpp"

namespace hidyn::statistics {

/// Sizes that take part in a test, with their replica numbers.
struct Participants {
    std::vector<double> d;
    std::vector<double> replicas;
};
[[nodiscard]] Participants participants(const Coordinates& data);

void drop_smallest_size(Coordinates& data);

}  // namespace hidyn::statistics
