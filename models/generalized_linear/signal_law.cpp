// SPDX-License-Identifier: MIT
#include "models/generalized_linear/signal_law.hpp"

#include <cmath>

namespace hidyn::generalized_linear {
namespace {

Posterior gaussian(double variance, double R, double noise) {
    const double share = variance / (variance + noise);
    return {.mean = share * R, .variance = share * noise};
}

}  // namespace

Posterior posterior(const SignalLaw& law, double T, double R, double noise) {
    switch (law.prior) {
        case Prior::gaussian:
            return gaussian(T, R, noise);
        case Prior::rademacher: {
            const double mean = std::tanh(R / noise);
            return {.mean = mean, .variance = (1.0 - mean) * (1.0 + mean)};
        }
        case Prior::bernoulli_gauss: {
            const double s2 = T / law.sparsity;
            const Posterior active = gaussian(s2, R, noise);
            const double log_odds = std::log(law.sparsity / (1.0 - law.sparsity)) -
                                    0.5 * std::log1p(s2 / noise) + 0.5 * R * R * s2 / (noise * (s2 + noise));
            const double pi = 1.0 / (1.0 + std::exp(-log_odds));
            const double none = 1.0 / (1.0 + std::exp(log_odds));
            return {.mean = pi * active.mean,
                    .variance = pi * (active.variance + none * active.mean * active.mean)};
        }
    }
    return {};
}

}  // namespace hidyn::generalized_linear
