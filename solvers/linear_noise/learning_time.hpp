// SPDX-License-Identifier: MIT
#pragma once

#include "solvers/equations/deep_linear/mode_law.hpp"

namespace hidyn::linear_noise {

/// When a mode that starts at one strength first reaches another, for small noise: Gaussian, with
///   mean     int da / b + int sigma^2 b' / (2 b^3) da
///   variance int sigma^2 / b^3 da
/// between a = s^{1/L}; without label noise that is T + (eta / B) ln(b_1 / b_0) and 2 (eta / B) T. Steps that
/// count as finite add half a step, for the first of them beyond.
struct LearningTime {
    double mean = 0.0;
    double deviation = 0.0;

    /// From `start` below `end` below m.
    LearningTime(const sde::ModeLaw& law, double start, double end);

    [[nodiscard]] double distribution(double time) const;  ///< P(T <= time)
    [[nodiscard]] double mean_up_to(double time) const;    ///< <min(T, time)>
    [[nodiscard]] double variance_up_to(double time) const;
};

}  // namespace hidyn::linear_noise
