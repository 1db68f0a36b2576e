// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <optional>

#include "models/generalized_linear/generalized_linear.hpp"

/// The minimizer of the risk in the limit d -> infinity, for convex losses of a linear student with a ridge.
///
///   g = prox_{V l(., y)}(Z),  u = -l'(g, y),  tau = -alpha E l''(g) / (1 + V l''(g)),
///   delta T = alpha E Z* u - tau m,  Sigma = alpha E u^2,
///   V = 1 / (lambda - tau),  m = V delta T,  q = V^2 (delta^2 T + Sigma),
///
/// Z* = sqrt(T) a and Z jointly Gaussian, E Z Z* = m, E Z^2 = q.
/// Sources: Sur & Candes, arXiv 1803.06964; Salehi, Abbasi & Hassibi, arXiv 1906.03761 (logistic); the end of
/// state evolution's path.
namespace hidyn::fixed_point {

struct Minimizer {
    double m = 0.0;  ///< R
    double q = 0.0;  ///< Q
    double V = 0.0;
    double tau = 0.0, delta = 0.0, Sigma = 0.0;
    double train_loss = 0.0;
    std::size_t iterations = 0;
    double last_change = 0.0;  ///< relative, of the last iteration
    bool converged = false;
};

/// Damped iteration from (T / 2, T, 1); the square loss in closed form. Losses are those of a linear student,
/// of y - f with y = Z* + noise or of labels 1 and -1.
[[nodiscard]] Minimizer minimizer_of(const generalized_linear::GeneralizedLinear& problem);

/// The largest 1 / alpha for which n = alpha d samples with these binary labels cannot be separated by a
/// hyperplane, so that the minimizer of the logistic loss exists without a ridge: min_t E (t y x - z)_+^2, x
/// the teacher's preactivation in units of its deviation and z independent. Source: Candes & Sur, arXiv
/// 1804.09753.
[[nodiscard]] double separability_threshold(const teacher_student::Label& label, double T);

}  // namespace hidyn::fixed_point
