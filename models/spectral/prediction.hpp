#pragma once

#include "models/spectral/preprocessing.hpp"

namespace hidyn::spectral {

/// The leading eigenvector of M = (1/n) sum_i T(y_i) x_i x_i^T in the limit n = alpha d -> infinity, x
/// standard normal, y = z + sqrt(Delta) xi or its magnitude, |theta*|^2 = d.
struct Prediction {
    double squared_overlap = 0.0;     ///< (v . theta*)^2 / d, 0 below the transition
    double leading_eigenvalue = 0.0;  ///< of M
    /// lambda*, where zeta = phi; a sample's preactivation without its own part is (1 - T(y_i) / lambda*)
    /// times its preactivation. NaN below the transition.
    double root = 0.0;
};

/// Source: Lu & Li, arXiv 1702.06435, theorem 1; Mondelli & Montanari, arXiv 1708.05932.
[[nodiscard]] Prediction predict(const Preprocessing& preprocessing, double Delta, double alpha);

/// The ratio of samples below which no spectral estimator has an overlap: 1 / E (E[z^2 | y] - 1)^2.
[[nodiscard]] double weak_recovery_ratio(double Delta);

}  // namespace hidyn::spectral
