// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

/// Strength s(t) of one mode of a deep linear network under gradient flow, m its strength in the teacher.
/// Source: Saxe, McClelland & Ganguli, arXiv 1312.6120.
namespace hidyn::modes {

/// Balanced, ds/dt = L s^{2-2/L} (m - s), 0 < s(0): in closed form for L <= 2, else by the integral t(s),
/// inverted.
[[nodiscard]] double balanced(double m, double start, std::size_t depth, double time);
/// The time from `start` to `end`, both between 0 and m.
[[nodiscard]] double hitting_time(double m, double start, double end, std::size_t depth);

/// Two layers with singular values a and b: ds/dt = sqrt((b^2 - a^2)^2 + 4 s^2) (m - s), s = a b. Source:
/// section on unbalanced starts of Domine et al., arXiv 2409.14623.
[[nodiscard]] double unbalanced(double m, double a, double b, double time);

/// Two layers from small random weights: s_alpha follows the balanced curve from the squared norm of the part
/// of (W_2^T u_alpha + W_1 v_alpha) / 2 that is orthogonal to those of stronger modes (teacher's bases).
[[nodiscard]] std::vector<double> effective_starts(const std::vector<Eigen::MatrixXd>& weights,
                                                   std::size_t modes);

}  // namespace hidyn::modes
