// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "models/generalized_linear/generalized_linear.hpp"

namespace hidyn::generalized_linear {

/// What a sample that was never seen costs an iterate with these overlaps. The square loss of a linear
/// student, for additive labels and for magnitudes, in closed form; binary labels of a linear teacher by
/// quadrature over the student's preactivation, to rounding for smooth losses; else by a scrambled Sobol
/// sequence of fixed length over both preactivations and the noise, error about 1e-4 of the loss. One object
/// serves one thread.
class FreshSample {
  public:
    explicit FreshSample(const GeneralizedLinear& problem);

    struct Errors {
        double loss = 0.0;            ///< E l(f(z), y)
        double classification = 0.0;  ///< P(sign f(z) != y), binary labels only
    };
    [[nodiscard]] Errors errors(double Q, double R);

  private:
    /// Binary labels of a linear teacher.
    [[nodiscard]] Errors binary_errors(double Q, double R) const;

    const GeneralizedLinear& problem_;
    Eigen::MatrixXd normals_;       ///< teacher, student, noise
    std::vector<double> positive_;  ///< P(y = 1) of the points' teachers
    std::vector<double> label_;     ///< of the points, where labels are not binary
    std::vector<double> field_, output_, value_;
};

}  // namespace hidyn::generalized_linear
