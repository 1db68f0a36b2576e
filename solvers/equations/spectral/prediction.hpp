#pragma once

#include "models/spectral/preprocessing.hpp"
#include "models/spectral/weight_law.hpp"

namespace hidyn::spectral {

/// An end of the spectrum of M = (1/n) sum_i T_i x_i x_i^T in the limit n = alpha d -> infinity, x standard
/// normal: of the bulk, and of the one eigenvalue that may lie beyond it.
struct Prediction {
    double squared_overlap = 0.0;     ///< of that eigenvector with the signal, 0 below the transition
    double leading_eigenvalue = 0.0;  ///< the extreme one: the outlier, or the edge if there is none
    /// l*, where psi = phi; a sample's preactivation without its own part is (1 - T_i / l*) times its
    /// preactivation. NaN below the transition.
    double root = 0.0;
    double edge = 0.0;  ///< of the bulk
};

/// The upper end, of weights bounded above. Source: Lu & Li, arXiv 1702.06435, theorem 1; Mondelli &
/// Montanari, arXiv 1708.05932.
[[nodiscard]] Prediction predict_largest(const WeightLaw& law, double alpha);
/// The lower end, of weights bounded below: the upper end of -M.
[[nodiscard]] Prediction predict_smallest(const WeightLaw& law, double alpha);

/// The upper end with T(y) of labels y = z + sqrt(Delta) xi or their magnitudes, |theta*|^2 = d.
[[nodiscard]] Prediction predict(const Preprocessing& preprocessing, double Delta, double alpha);

/// The ratio of samples below which no spectral estimator has an overlap: 1 / E (E[z^2 | y] - 1)^2.
[[nodiscard]] double weak_recovery_ratio(double Delta);

}  // namespace hidyn::spectral
