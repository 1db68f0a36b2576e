// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace hidyn::statistics {

struct TailProbability {
    double p_value = 1;
    double effective_tests = 1;  ///< how many independent coordinates would give the same upper tail
};

/// Probability that the largest |score| of `coordinates` standard normal scores exceeds `observed`, from
/// `maxima` drawn under agreement: (1 + number at or above) / (1 + draws), valid for any number of draws.
/// With fewer than ten draws above, the tail is continued by
///
///     p = N(u) 2(1 - Phi(u)),   N(u) = N(u_0) (u/u_0)^2 at most `coordinates`,
///
/// with N(u_0) read off at the 20th largest draw. The number of independent tests hidden in a Gaussian path
/// grows as u for smooth and as u^2 for Brownian-like paths (Rice; Pickands, Trans. AMS 145, 51, 1969): the
/// square is the safe choice.
[[nodiscard]] TailProbability upper_tail(std::vector<double> maxima, double observed,
                                         std::size_t coordinates);

/// P(|N(0,1)| > score).
[[nodiscard]] double two_sided_normal(double score);

}  // namespace hidyn::statistics
