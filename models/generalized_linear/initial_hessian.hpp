#pragma once

#include <vector>

#include "models/generalized_linear/generalized_linear.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "models/spectral/leading_vector.hpp"

namespace hidyn::generalized_linear {

/// The lowest eigenvalues of the Hessian of phase retrieval at the start, before any step:
///   H = (1/n) sum_i l_a''(lambda_i, y_i) x_i x_i^T,  l_a = (lambda^2 - y^2)^2 / (4 (a + y^2)),
/// lambda_i = theta . x_i / sqrt(d) of a start theta exactly orthogonal to the signal, x of variance 1.
/// Whether a downward direction knows the signal decides if gradient descent finds it.
class InitialHessian final : public GeneralizedLinear {
  public:
    using GeneralizedLinear::GeneralizedLinear;

    double regularization = 1.0;  ///< a
    spectral::Prediction prediction;

    [[nodiscard]] std::vector<Observable> observables() const override;

    static constexpr std::size_t squared_overlap = 0, lowest_eigenvalue = 1;  ///< places of observables
    static constexpr std::size_t own = 2;  ///< of the one that a simulation or theory has beside these
};

/// The two lowest eigenpairs of the Hessian of these samples.
[[nodiscard]] spectral::ExtremePairs lowest_pairs(const InitialHessian& problem, const Samples& samples,
                                                  const Signal& signal);

[[nodiscard]] std::vector<Observable> hessian_observables();
/// The second lowest eigenvalue, of a simulation alone, and the lower edge of the bulk, of the theory alone.
[[nodiscard]] Observable second_lowest_eigenvalue();
[[nodiscard]] Observable lower_edge();
[[nodiscard]] AlgorithmKind initial_hessian_algorithm();
[[nodiscard]] RouteKind initial_hessian_simulation();

}  // namespace hidyn::generalized_linear
