// SPDX-License-Identifier: MIT
#include "math/gaussian/normal_distribution.hpp"

#include <boost/math/distributions/normal.hpp>

namespace hidyn::math {

double normal_distribution(double mean, double deviation, double at) {
    return boost::math::cdf(boost::math::normal(mean, deviation), at);
}

double normal_quantile(double mean, double deviation, double level) {
    return boost::math::quantile(boost::math::normal(mean, deviation), level);
}

}  // namespace hidyn::math
