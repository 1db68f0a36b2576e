// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace hidyn::math {

struct QuadratureRule {
    std::vector<double> nodes;
    std::vector<double> weights;
};

/// Nodes and weights with sum w f(x) = E f(z), z ~ N(0,1), exact for polynomials of degree 2 count - 1.
[[nodiscard]] QuadratureRule gauss_hermite(std::size_t count);
/// Nodes and weights with sum w f(x) = integral of f over [0,1], exact for polynomials of degree 2 count - 1.
[[nodiscard]] QuadratureRule gauss_legendre(std::size_t count);

}  // namespace hidyn::math
