// SPDX-License-Identifier: MIT
#pragma once

/// The law of the signal's coordinates, and what is known of one after R = theta* + sqrt(noise) N(0, 1) has
/// been seen. Source: Barbier, Krzakala, Macris, Miolane & Zdeborova, arXiv 1708.03395.
namespace hidyn::generalized_linear {

enum class Prior { gaussian, rademacher, bernoulli_gauss };

struct SignalLaw {
    Prior prior = Prior::gaussian;
    double sparsity = 1.0;  ///< share of coordinates that are not zero (Bernoulli-Gauss)
};

struct Posterior {
    double mean = 0.0;
    double variance = 0.0;  ///< noise times the derivative of the mean in R
};

/// For a signal with E theta*^2 = T (1 if Rademacher); noise > 0.
[[nodiscard]] Posterior posterior(const SignalLaw& law, double T, double R, double noise);

}  // namespace hidyn::generalized_linear
