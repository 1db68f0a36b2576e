#pragma once

namespace hidyn::random {

/// A Poisson variable that is at least `first`, by inversion of a uniform one; `probability` is that of
/// `first` given this. Cost: about `mean` steps, of which no more than 1000 are made.
[[nodiscard]] inline double invert_poisson(double first, double probability, double mean, double uniform) {
    constexpr double most = 1000.0;
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
