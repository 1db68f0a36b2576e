// SPDX-License-Identifier: MIT
#include "math/gaussian/sobol_normals.hpp"

#include <boost/random/sobol.hpp>
#include <cstdint>
#include <vector>

#include "math/gaussian/normal_quantile.hpp"

namespace hidyn::math {

namespace {

/// splitmix64 (Steele, Lea, Flood 2014): a fixed, well mixed number for each dimension.
std::uint64_t mixed(std::uint64_t x) {
    x = (x + 1) * 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace

Eigen::MatrixXd sobol_uniforms(std::size_t count, std::span<const std::uint64_t> shift) {
    boost::random::sobol_engine<std::uint64_t, 64> sequence(shift.size());
    Eigen::MatrixXd points(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(shift.size()));
    for (Eigen::Index row = 0; row < points.rows(); ++row)
        for (Eigen::Index column = 0; column < points.cols(); ++column) {
            const std::uint64_t bits = sequence() ^ shift[static_cast<std::size_t>(column)];
            points(row, column) = (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
        }
    return points;
}

Eigen::MatrixXd sobol_normals(std::size_t count, std::size_t dimensions) {
    std::vector<std::uint64_t> shift(dimensions);
    for (std::size_t dimension = 0; dimension < dimensions; ++dimension) shift[dimension] = mixed(dimension);
    return sobol_uniforms(count, shift).unaryExpr([](double level) { return normal_quantile(level); });
}

}  // namespace hidyn::math
