// SPDX-License-Identifier: MIT
#pragma once

#include "models/spectral/prediction.hpp"
#include "models/spectral/weight_law.hpp"

namespace hidyn::spectral {

/// The upper end, of weights bounded above. Source: Lu & Li, arXiv 1702.06435, theorem 1; Mondelli &
/// Montanari, arXiv 1708.05932.
[[nodiscard]] Prediction predict_largest(const WeightLaw& law, double alpha);
/// The lower end, of weights bounded below: the upper end of -M.
[[nodiscard]] Prediction predict_smallest(const WeightLaw& law, double alpha);

/// The upper end with T(y) of labels y = z + sqrt(Delta) xi or their magnitudes, |theta*|^2 = d.
[[nodiscard]] Prediction predict(const Preprocessing& preprocessing, double Delta, double alpha);

/// The ratio of samples below which no spectral estimator has an overlap: 1 / E (E[z^2 | y] - 1)^2.
[[nodiscard]] double weak_recovery_ratio(double Delta);

/// The last two, for the algorithms that need them.
[[nodiscard]] Theory theory();

}  // namespace hidyn::spectral
