// SPDX-License-Identifier: MIT
#include "statistics/tail.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::statistics {

double two_sided_normal(double score) {
    return std::erfc(std::abs(score) / std::sqrt(2.0));
}

TailProbability upper_tail(std::vector<double> maxima, double observed, std::size_t coordinates) {
    const double draws = static_cast<double>(maxima.size());
    const auto above = static_cast<double>(
        std::count_if(maxima.begin(), maxima.end(), [observed](double value) { return value >= observed; }));

    const std::size_t rank = std::min<std::size_t>(20, maxima.size());
    std::nth_element(maxima.begin(), maxima.begin() + static_cast<std::ptrdiff_t>(rank) - 1, maxima.end(),
                     std::greater<>());
    const double anchor = maxima[rank - 1];
    const double most = static_cast<double>(coordinates);
    TailProbability tail;
    tail.effective_tests =
        std::clamp((static_cast<double>(rank) + 1) / (draws + 1) / std::max(two_sided_normal(anchor), 1e-300),
                   1.0, most);
    tail.p_value = (1 + above) / (1 + draws);
    if (above < 10 && observed > anchor) {
        const double growth = observed / std::max(anchor, 1.0);
        const double tests = std::min(most, tail.effective_tests * growth * growth);
        tail.p_value = std::min(1.0, tests * two_sided_normal(observed));
    }
    return tail;
}

}  // namespace hidyn::statistics
