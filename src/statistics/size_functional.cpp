// SPDX-License-Identifier: MIT
#include "statistics/size_functional.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "math/matrices/orthogonal.hpp"

namespace hidyn::statistics {

std::vector<double> size_functional(std::span<const double> sizes, std::span<const double> weights,
                                    int degree, int order) {
    const auto rows = static_cast<Eigen::Index>(sizes.size());
    // Powers of smallest/d instead of 1/d keep the normal matrix near unit scale.
    const double unit = *std::min_element(sizes.begin(), sizes.end());
    Eigen::MatrixXd design(rows, degree + 1);
    Eigen::VectorXd root(rows);
    for (Eigen::Index row = 0; row < rows; ++row) {
        const auto index = static_cast<std::size_t>(row);
        root[row] = std::sqrt(weights[index]);
        for (int power = 0; power <= degree; ++power)
            design(row, power) = root[row] * std::pow(unit / sizes[index], power);
    }
    const Eigen::MatrixXd solution = math::pseudo_inverse(design);
    std::vector<double> functional(sizes.size());
    for (Eigen::Index row = 0; row < rows; ++row)
        functional[static_cast<std::size_t>(row)] = solution(order, row) * root[row] * std::pow(unit, order);
    return functional;
}

int distinct_sizes(std::span<const double> sizes) {
    return static_cast<int>(std::set<double>(sizes.begin(), sizes.end()).size());
}

}  // namespace hidyn::statistics
