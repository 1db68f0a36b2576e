// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <numbers>

#include "math/gaussian/gaussian_integrals.hpp"

namespace hidyn::math::erf_integrals {

namespace {

constexpr double two_over_pi = 2.0 / std::numbers::pi;

double clamped_asin(double x) {
    return std::asin(std::clamp(x, -1.0, 1.0));
}

}  // namespace

double I2(const Eigen::Matrix2d& C) {
    return two_over_pi * clamped_asin(C(0, 1) / std::sqrt((1.0 + C(0, 0)) * (1.0 + C(1, 1))));
}

double I3(const Eigen::Matrix3d& C) {
    const double lambda = (1.0 + C(0, 0)) * (1.0 + C(2, 2)) - C(0, 2) * C(0, 2);
    return two_over_pi / std::sqrt(lambda) * (C(1, 2) * (1.0 + C(0, 0)) - C(0, 1) * C(0, 2)) /
           (1.0 + C(0, 0));
}

double I4(const Eigen::Matrix4d& C) {
    const double lambda4 = (1.0 + C(0, 0)) * (1.0 + C(1, 1)) - C(0, 1) * C(0, 1);
    const auto tilted = [&](Eigen::Index j, Eigen::Index l) {
        return lambda4 * C(j, l) - C(1, j) * C(1, l) * (1.0 + C(0, 0)) - C(0, j) * C(0, l) * (1.0 + C(1, 1)) +
               C(0, 1) * (C(0, j) * C(1, l) + C(0, l) * C(1, j));
    };
    const double lambda0 = tilted(2, 3);
    const double lambda1 = lambda4 + tilted(2, 2);
    const double lambda2 = lambda4 + tilted(3, 3);
    return two_over_pi * two_over_pi / std::sqrt(lambda4) *
           clamped_asin(lambda0 / std::sqrt(lambda1 * lambda2));
}

double J2(const Eigen::Matrix2d& C) {
    return two_over_pi / std::sqrt((1.0 + C(0, 0)) * (1.0 + C(1, 1)) - C(0, 1) * C(0, 1));
}

}  // namespace hidyn::math::erf_integrals
