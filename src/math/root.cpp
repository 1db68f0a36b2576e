// SPDX-License-Identifier: MIT
#include "math/root.hpp"

#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

namespace hidyn::math {
namespace {

template <class Tolerance>
double middle_of_bracket(const std::function<double(double)>& function, double low, double high,
                         const Tolerance& tolerance, unsigned rounds) {
    std::uintmax_t most = rounds;
    const auto bracket = boost::math::tools::toms748_solve(function, low, high, tolerance, most);
    return 0.5 * (bracket.first + bracket.second);
}

}  // namespace

double root_between(const std::function<double(double)>& function, double low, double high, int bits,
                    unsigned rounds) {
    return middle_of_bracket(function, low, high, boost::math::tools::eps_tolerance<double>(bits), rounds);
}

double root_within(const std::function<double(double)>& function, double low, double high,
                   double relative_width, unsigned rounds) {
    const auto narrow = [=](double a, double b) { return std::abs(a - b) < relative_width * b; };
    return middle_of_bracket(function, low, high, narrow, rounds);
}

}  // namespace hidyn::math
