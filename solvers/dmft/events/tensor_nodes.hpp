// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace hidyn::dmft {

/// Tensor Gauss-Hermite nodes in K dimensions.
struct TensorNodes {
    std::vector<double> weights;
    std::vector<std::vector<double>> coordinates;  ///< [student][node]

    TensorNodes(std::size_t per_direction, std::size_t students);
};

}  // namespace hidyn::dmft
