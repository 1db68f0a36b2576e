// SPDX-License-Identifier: MIT
#pragma once

namespace hidyn::random {

/// Beyond it exp(-mean) comes close to underflow.
inline constexpr double largest_poisson_mean = 500.0;

/// A Poisson variable that is at least `first`, of a mean up to `largest_poisson_mean`, by inversion of a
/// uniform one; `probability` is that of `first` given this. Cost: about `mean` steps.
[[nodiscard]] inline double invert_poisson(double first, double probability, double mean, double uniform) {
    constexpr double most = 2.0 * largest_poisson_mean;  // where rounding leaves the sum below the uniform
    double below = probability;
    double value = first;
    while (uniform > below && value < most) {
        value += 1.0;
        probability *= mean / value;
        below += probability;
    }
    return value;
}

}  // namespace hidyn::random
