// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "models/generalized_linear/generalized_linear.hpp"

namespace hidyn::generalized_linear {

/// The leading eigenvector of (1/n) sum_i T(y_i) x_i x_i^T as an estimate of the signal's direction; there
/// are no iterations.
class SpectralEstimator final : public GeneralizedLinear {
  public:
    using GeneralizedLinear::GeneralizedLinear;

    struct Observables : ObservableList {
        Observables();

        Handle squared_overlap, leading_eigenvalue;
    };
    [[nodiscard]] std::vector<Observable> observables() const override { return Observables().all(); }
    [[nodiscard]] std::vector<StartArray> start() const override;
};

}  // namespace hidyn::generalized_linear
