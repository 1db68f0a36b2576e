// SPDX-License-Identifier: MIT
#include "math/gaussian/logistic_average.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hidyn::math {

LogisticAverage::LogisticAverage(double V) {
    const double root = std::sqrt(V);
    // Error exp(-2 pi (pi / root) / step) from the pole, exp(-2 pi^2 / step^2) from the Gaussian itself; the
    // left tail of sigma is exp(x), which moves the weight by root.
    const double step =
        std::min(0.7, 2.0 * std::numbers::pi * std::numbers::pi / (32.0 * std::max(root, 1e-3)));
    const double reach = 8.5 + root;
    const auto half = static_cast<int>(std::ceil(reach / step));
    for (int k = -half; k <= half; ++k) {
        const double z = step * k;
        shift_.push_back(root * z);
        weight_.push_back(step * std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi));
    }
}

std::array<double, 3> LogisticAverage::jet(double x) const {
    std::array<double, 3> sum{};
    for (std::size_t k = 0; k < shift_.size(); ++k) {
        const double u = x + shift_[k];
        const double small = std::exp(-std::abs(u));
        const double larger = 1.0 / (1.0 + small);
        const double smaller = small * larger;
        const double value = u > 0.0 ? larger : smaller;
        const double slope = larger * smaller;
        sum[0] += weight_[k] * value;
        sum[1] += weight_[k] * slope;
        sum[2] += weight_[k] * slope * (u > 0.0 ? smaller - larger : larger - smaller);
    }
    return sum;
}

}  // namespace hidyn::math
