// SPDX-License-Identifier: MIT
#include "math/integral.hpp"

#include <boost/math/quadrature/gauss_kronrod.hpp>

namespace hidyn::math {

double integral(const std::function<double(double)>& function, double low, double high, double tolerance) {
    // The rule copies what it integrates.
    const auto integrand = [&function](double x) { return function(x); };
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(integrand, low, high, 12, tolerance);
}

}  // namespace hidyn::math
