// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "models/spectral/preprocessing.hpp"

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

/// What algorithms that start from a leading eigenvector are told of it: the overlap to which they scale it,
/// and l*. An input of theirs, that whoever declares them hands in.
struct Theory {
    /// The upper end with T(y) of labels y = z + sqrt(Delta) xi or their magnitudes, |theta*|^2 = d.
    std::function<Prediction(const Preprocessing&, double Delta, double alpha)> predict;
    /// The ratio of samples below which no spectral estimator has an overlap.
    std::function<double(double Delta)> weak_recovery_ratio;
};

}  // namespace hidyn::spectral
