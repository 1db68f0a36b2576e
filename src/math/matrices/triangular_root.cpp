// SPDX-License-Identifier: MIT
#include "math/matrices/triangular_root.hpp"

#include <cmath>
#include <limits>

namespace hidyn::math {

void TriangularRoot::compute(const Eigen::MatrixXd& Omega) {
    const Eigen::Index n = Omega.rows();
    const double noise = 4.0 * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
    constexpr double negligible = 1e-13;
    L.setZero(n, n);
    directions.clear();
    for (Eigen::Index a = 0; a < n; ++a) {
        const double pivot = Omega(a, a) - L.row(a).head(a).squaredNorm();
        if (pivot <= noise * Omega(a, a)) continue;
        double largest = 0.0;
        for (Eigen::Index b = a + 1; b < n; ++b) {
            L(b, a) = Omega(b, a) - L.row(b).head(a).dot(L.row(a).head(a));
            largest = std::max(largest, std::abs(L(b, a)) / std::sqrt(Omega(a, a) * Omega(b, b) + 1e-300));
        }
        if (pivot <= negligible * Omega(a, a) && largest <= negligible) {
            L.col(a).setZero();
            continue;
        }
        L(a, a) = std::sqrt(pivot);
        L.col(a).tail(n - a - 1) /= L(a, a);
        directions.push_back(a);
    }
}

}  // namespace hidyn::math
