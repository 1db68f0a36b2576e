// SPDX-License-Identifier: MIT
#pragma once

/// Boost.Math's normal distribution N(mean, deviation^2), whose headers take seconds to parse, behind plain
/// functions. It computes in extended precision; normal_quantile.hpp is for hot loops.
namespace hidyn::math {

/// P(x < at).
[[nodiscard]] double normal_distribution(double mean, double deviation, double at);
/// The x with P(x) = level.
[[nodiscard]] double normal_quantile(double mean, double deviation, double level);

}  // namespace hidyn::math
