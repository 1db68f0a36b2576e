// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <array>
#include <span>
#include <vector>

/// Single Gaussian integrals over u ~ N(0, C), C the covariance in the order of the arguments:
///
///     I2 = E[g(u_1) g(u_2)],  I3 = E[g'(u_1) u_2 g(u_3)],  I4 = E[g'(u_1) g'(u_2) g(u_3) g(u_4)],
///     J2 = E[g'(u_1) g'(u_2)].
///
/// These are the definitions that the engines are built from or tested against; the engines themselves share
/// work between integrals. Arguments may coincide, C may be singular.
namespace hidyn::math {

/// g = erf(x / sqrt(2)); Saad & Solla, PRE 52, 4225 (1995), appendix.
namespace erf_integrals {
[[nodiscard]] double I2(const Eigen::Matrix2d& C);
[[nodiscard]] double I3(const Eigen::Matrix3d& C);
[[nodiscard]] double I4(const Eigen::Matrix4d& C);
[[nodiscard]] double J2(const Eigen::Matrix2d& C);
}  // namespace erf_integrals

/// g = max(x, 0); a unit without variance counts as g = g' = 0. Which arguments are the same unit must be
/// said, for g'(u) g'(u) = g'(u): `unit` holds equal numbers for equal units.
namespace relu_integrals {
[[nodiscard]] double I2(const Eigen::Matrix2d& C);
[[nodiscard]] double I3(const Eigen::Matrix3d& C, const std::array<int, 3>& unit);
[[nodiscard]] double I4(const Eigen::Matrix4d& C, const std::array<int, 4>& unit);
[[nodiscard]] double J2(const Eigen::Matrix2d& C, const std::array<int, 2>& unit);
/// P(all four positive), by Plackett's identity along the path that switches the correlations on.
[[nodiscard]] double orthant_probability(const Eigen::Matrix4d& C);
}  // namespace relu_integrals

/// Polynomials of any degree, coefficients lowest first.
namespace polynomial_integrals {
/// E[p(u_1) q(u_2)].
[[nodiscard]] double product(std::span<const double> p, std::span<const double> q, const Eigen::Matrix2d& C);
/// E[p(u_1) q(u_2) r(u_3) s(u_4)].
[[nodiscard]] double product(std::span<const double> p, std::span<const double> q, std::span<const double> r,
                             std::span<const double> s, const Eigen::Matrix4d& C);
[[nodiscard]] std::vector<double> derivative(std::span<const double> p);
}  // namespace polynomial_integrals

}  // namespace hidyn::math
