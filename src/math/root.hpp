// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

/// Roots of a function of one variable between two points at which its signs differ (toms748 of Boost.Math,
/// whose headers take seconds to parse: they stay in root.cpp).
namespace hidyn::math {

/// The middle of the last bracket. It is narrow enough when its ends agree in `bits` bits, or after `rounds`
/// evaluations.
[[nodiscard]] double root_between(const std::function<double(double)>& function, double low, double high,
                                  int bits, unsigned rounds = 200);

/// The same up to a relative width of the bracket, for a positive root.
[[nodiscard]] double root_within(const std::function<double(double)>& function, double low, double high,
                                 double relative_width, unsigned rounds);

}  // namespace hidyn::math
