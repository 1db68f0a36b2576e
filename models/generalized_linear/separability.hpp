#pragma once

#include <optional>

#include "models/generalized_linear/generalized_linear.hpp"
#include "models/generalized_linear/simulation/samples.hpp"

namespace hidyn::generalized_linear {

/// Up to how many binary labels can be told apart by a hyperplane through the origin: below that number the
/// logistic loss has no minimizer. There is nothing to iterate, and no sample ratio is given: it is measured.
class Separability final : public GeneralizedLinear {
  public:
    using GeneralizedLinear::GeneralizedLinear;

    [[nodiscard]] std::vector<Observable> observables() const override;
    [[nodiscard]] std::vector<StartArray> start() const override;

    static constexpr std::size_t separable_ratio = 0;  ///< place of the observable
};

/// Whether some theta has y_i a_i . theta > 0 for the first `count` samples: a linear program.
[[nodiscard]] bool separable(const Samples& samples, std::size_t count);

[[nodiscard]] std::vector<Observable> separability_observables();
[[nodiscard]] AlgorithmKind separability_algorithm();
[[nodiscard]] RouteKind separability_simulation();

}  // namespace hidyn::generalized_linear
