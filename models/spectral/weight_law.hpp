// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <vector>

#include "models/spectral/preprocessing.hpp"

namespace hidyn::spectral {

/// The law of a sample's weight T in (1/n) sum_i T_i x_i x_i^T, x standard normal, where T depends on a few
/// projections of x and on noise: the nodes of a quadrature over all of these.
///
/// The signal is a direction that decouples from the others: E[T s s'] = 0 for its projection s and any other
/// projection s' that T depends on.
struct WeightLaw {
    std::vector<double> probability;  ///< of a node
    std::vector<double> weight;       ///< T there
    std::vector<double> square;       ///< E[s^2 | node], of the projection on the signal's direction
    double lowest = -std::numeric_limits<double>::infinity();  ///< T is not less
    double highest = std::numeric_limits<double>::infinity();  ///< nor more; infinite: not known, or no bound

    /// Of -T.
    [[nodiscard]] WeightLaw mirrored() const;
};

/// T(y) of labels y = z + sqrt(Delta) xi or their magnitudes.
[[nodiscard]] WeightLaw label_weights(const Preprocessing& preprocessing, double Delta);

}  // namespace hidyn::spectral
