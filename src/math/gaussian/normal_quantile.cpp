// SPDX-License-Identifier: MIT
#include "math/gaussian/normal_quantile.hpp"

#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <numbers>

namespace hidyn::math {

double normal_quantile(double u) {
    // Extended precision inside would cost ten times as much for the last bit.
    using Plain = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
    return -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * u, Plain());
}

}  // namespace hidyn::math
