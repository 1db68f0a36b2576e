// SPDX-License-Identifier: MIT
#include "solvers/dmft/events/tensor_nodes.hpp"

#include <utility>

#include "math/gaussian/gauss_rules.hpp"

namespace hidyn::dmft {

TensorNodes::TensorNodes(std::size_t per_direction, std::size_t students)
    : weights{1.0}, coordinates(students) {
    const math::QuadratureRule rule = math::gauss_hermite(per_direction);
    for (std::size_t k = 0; k < students; ++k) {
        std::vector<double> longer;
        std::vector<std::vector<double>> at(k + 1);
        for (std::size_t before = 0; before < weights.size(); ++before)
            for (std::size_t n = 0; n < per_direction; ++n) {
                longer.push_back(weights[before] * rule.weights[n]);
                for (std::size_t j = 0; j < k; ++j) at[j].push_back(coordinates[j][before]);
                at[k].push_back(rule.nodes[n]);
            }
        weights = std::move(longer);
        for (std::size_t j = 0; j <= k; ++j) coordinates[j] = std::move(at[j]);
    }
}

}  // namespace hidyn::dmft
