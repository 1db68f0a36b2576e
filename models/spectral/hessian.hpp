// SPDX-License-Identifier: MIT
#pragma once

#include "models/spectral/weight_law.hpp"

namespace hidyn::spectral {

/// The loss of phase retrieval whose Hessian is bounded below,
///   l_a(lambda, y) = (lambda^2 - y^2)^2 / (4 (a + y^2)),
/// for a label y, the magnitude of z* plus noise. Its second derivative is at least -1 for every a > 0.
[[nodiscard]] inline double curvature(double a, double lambda, double y) {
    return (3.0 * lambda * lambda - y * y) / (a + y * y);
}

/// The second derivatives at weights w independent of the samples, |w|^2 = d Q, orthogonal to the signal, of
/// |theta*|^2 = d T: lambda ~ N(0, Q) and y = |z* + sqrt(Delta) xi|, z* ~ N(0, T), are independent.
[[nodiscard]] WeightLaw hessian_weights(double a, double Q, double T, double Delta);

}  // namespace hidyn::spectral
