// SPDX-License-Identifier: MIT
#include "solvers/riccati/bulk_law.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hidyn::riccati {
namespace {

constexpr int nodes = 400;

}  // namespace

BulkLaw::BulkLaw(double students, double bulk_dimensions, double d, double s2) : students_(students) {
    const double c = students / bulk_dimensions;
    const double middle = 1.0 + c;
    const double half = 2.0 * std::sqrt(c);
    zero_ = std::max(0.0, 1.0 - 1.0 / c);
    // x = middle - half cos(angle) turns the density's square roots into sines: the midpoint rule is exact to
    // rounding.
    double sum = 0.0;
    for (int k = 0; k < nodes; ++k) {
        const double angle = std::numbers::pi * (k + 0.5) / nodes;
        const double x = middle - half * std::cos(angle);
        const double density = half * std::sin(angle) / (2.0 * std::numbers::pi * c * x);
        value_.push_back(s2 * bulk_dimensions / d * x);
        weight_.push_back(density * half * std::sin(angle) * std::numbers::pi / nodes);
        sum += weight_.back();
    }
    for (double& weight : weight_) weight *= (1.0 - zero_) / sum;
}

double BulkLaw::quantile(double level) const {
    if (level <= zero_) return 0.0;
    double below = zero_;
    for (std::size_t k = 0; k < value_.size(); ++k) {
        // A node stands for the interval around it.
        if (below + weight_[k] < level) {
            below += weight_[k];
            continue;
        }
        const double share = (level - below) / weight_[k];
        const double left = k > 0 ? 0.5 * (value_[k - 1] + value_[k]) : value_[0];
        const double right = k + 1 < value_.size() ? 0.5 * (value_[k] + value_[k + 1]) : value_[k];
        return left + share * (right - left);
    }
    return value_.back();
}

}  // namespace hidyn::riccati
