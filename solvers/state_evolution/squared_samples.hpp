// SPDX-License-Identifier: MIT
#pragma once

#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/state_evolution/path.hpp"

namespace hidyn::state_evolution {

/// Samples under the square loss with y = Z* + noise: derivatives of the forces are the same for all samples,
/// u = U (Z - y), and only second moments enter. No sampling, no error.
class SquaredSamples final : public SampleSide {
  public:
    SquaredSamples(const generalized_linear::GeneralizedLinear& problem,
                   const generalized_linear::Method& method);

    [[nodiscard]] SampleRow visit(const ParameterRow& parameters) override;

  private:
    double alpha_, eta_, T_, Delta_;
    RowMajor U_;  ///< du^t / dZ^s
    RowMajor K_;  ///< E (Z^t - y) (Z^s - y)
    std::vector<double> R_;
};

}  // namespace hidyn::state_evolution
