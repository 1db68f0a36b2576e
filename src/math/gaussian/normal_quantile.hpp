// SPDX-License-Identifier: MIT
#pragma once

namespace hidyn::math {

/// The inverse of the standard normal distribution function at 0 < u < 1, to double precision in both tails.
[[nodiscard]] double normal_quantile(double u);

}  // namespace hidyn::math
