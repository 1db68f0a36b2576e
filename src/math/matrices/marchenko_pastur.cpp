// SPDX-License-Identifier: MIT
#include "math/matrices/marchenko_pastur.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace hidyn::math {

MarchenkoPastur::MarchenkoPastur(double sample_ratio)
    : smallest(std::pow(1.0 - 1.0 / std::sqrt(sample_ratio), 2)),
      largest(std::pow(1.0 + 1.0 / std::sqrt(sample_ratio), 2)),
      atom(std::max(0.0, 1.0 - sample_ratio)) {
    // The pole at 0 comes close to the spectrum as alpha -> 1: the nodes must resolve the distance.
    const double gap = std::sqrt(smallest / largest);
    const auto count = static_cast<int>(std::clamp(60.0 / std::max(gap, 1e-9), 400.0, 20000.0));
    const double middle = 0.5 * (largest + smallest);
    const double half = 0.5 * (largest - smallest);
    for (int k = 1; k <= count; ++k) {
        const double angle = std::numbers::pi * k / (count + 1);
        const double mu = middle + half * std::cos(angle);
        nodes.push_back(mu);
        weights.push_back(std::numbers::pi / (count + 1) * std::pow(std::sin(angle), 2) * 4.0 * half * half *
                          sample_ratio / (8.0 * std::numbers::pi * mu));
    }
    // At alpha = 1 the weight does not vanish at the lower edge, where the rule has no node: what it misses
    // is there.
    nodes.push_back(std::max(smallest, 1e-300));
    weights.push_back(1.0 - atom - std::accumulate(weights.begin(), weights.end(), 0.0));
}

}  // namespace hidyn::math
