// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "models/generalized_linear/generalized_linear.hpp"

namespace hidyn::generalized_linear {

/// Up to how many binary labels can be told apart by a hyperplane through the origin: below that number the
/// logistic loss has no minimizer. There is nothing to iterate, and no sample ratio is given: it is measured.
class Separability final : public GeneralizedLinear {
  public:
    using GeneralizedLinear::GeneralizedLinear;

    struct Observables : ObservableList {
        Observables();

        Handle separable_ratio;
    };
    [[nodiscard]] std::vector<Observable> observables() const override { return Observables().all(); }
    [[nodiscard]] std::vector<StartArray> start() const override;
};

}  // namespace hidyn::generalized_linear
