// SPDX-License-Identifier: MIT
#pragma once

#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/state_evolution/path.hpp"

namespace hidyn::state_evolution {

/// Parameters of a method whose G is the identity: every iterate is a fixed linear form in (theta*, theta^0,
/// W^0, W^1, ..), so that everything follows from the Gram matrix of that basis, without sampling and for any
/// prior.
class LinearParameters final : public ParameterSide {
  public:
    LinearParameters(const generalized_linear::GeneralizedLinear& problem,
                     const generalized_linear::Method& method);

    [[nodiscard]] ParameterRow row() const override;
    void advance(const SampleRow& samples) override;

  private:
    const generalized_linear::Method& method_;
    RowMajor gram_;     ///< of the basis
    RowMajor iterate_;  ///< p^t over the basis
    RowMajor theta_;    ///< theta^t over the basis
    Eigen::Index now_ = 0;
};

}  // namespace hidyn::state_evolution
