// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "models/generalized_linear/generalized_linear.hpp"

namespace hidyn::generalized_linear {

/// The lowest eigenvalues of the Hessian of phase retrieval at the start, before any step:
///   H = (1/n) sum_i l_a''(lambda_i, y_i) x_i x_i^T,  l_a = (lambda^2 - y^2)^2 / (4 (a + y^2)),
/// lambda_i = theta . x_i / sqrt(d) of a start theta exactly orthogonal to the signal, x of variance 1.
/// Whether a downward direction knows the signal decides if gradient descent finds it.
class InitialHessian final : public GeneralizedLinear {
  public:
    using GeneralizedLinear::GeneralizedLinear;

    double regularization = 1.0;  ///< a

    struct Observables : ObservableList {
        Observables();

        Handle squared_overlap, lowest_eigenvalue;
    };
    [[nodiscard]] std::vector<Observable> observables() const override { return Observables().all(); }
};

/// Of a simulation alone.
[[nodiscard]] Observable second_lowest_eigenvalue();
/// Of the theory alone.
[[nodiscard]] Observable lower_edge();

}  // namespace hidyn::generalized_linear
