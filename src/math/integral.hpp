// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace hidyn::math {

/// The integral of a smooth function from `low` to `high`: Gauss-Kronrod's rule of 31 points, on halves of
/// halves (at most 12 times) until its own estimate of the relative error is below the tolerance.
[[nodiscard]] double integral(const std::function<double(double)>& function, double low, double high,
                              double tolerance);

}  // namespace hidyn::math
