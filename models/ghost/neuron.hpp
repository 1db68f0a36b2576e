// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "models/ghost/ghost.hpp"

namespace hidyn::ghost {

/// The loss of a parameter r and its derivative, by integrating the neuron, its sensitivity dx/dr and both
/// along the target.
struct Response {
    double loss = 0.0;
    double gradient = 0.0;         ///< dL/dr
    double activation_time = 0.0;  ///< when x reaches the threshold; 2 T if it does not by then
};
[[nodiscard]] Response respond(const Ghost& problem, double r);
/// x at these times, cut at shown_state.
[[nodiscard]] std::vector<double> trajectory(double r, std::span<const double> times);

}  // namespace hidyn::ghost
