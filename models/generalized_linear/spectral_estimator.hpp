#pragma once

#include <vector>

#include "models/generalized_linear/generalized_linear.hpp"

namespace hidyn::generalized_linear {

/// The leading eigenvector of (1/n) sum_i T(y_i) x_i x_i^T as an estimate of the signal's direction; there
/// are no iterations.
class SpectralEstimator final : public GeneralizedLinear {
  public:
    using GeneralizedLinear::GeneralizedLinear;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::vector<StartArray> start() const override;

    static constexpr std::size_t squared_overlap = 0, leading_eigenvalue = 1;  ///< places of observables
};

[[nodiscard]] std::vector<Observable> spectral_observables();
[[nodiscard]] AlgorithmKind spectral_estimator_algorithm();
[[nodiscard]] RouteKind spectral_estimator_simulation();

}  // namespace hidyn::generalized_linear
