// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "models/deep_linear/deep_linear.hpp"

/// Aligned and balanced modes of a deep linear network under mini-batch SGD, each a diffusion by itself.
namespace hidyn::sde {

/// One mode as an Ito diffusion of a = s^{1/L}, da = b dt + sigma dw with t = eta k:
///   b = -a^{L-1} e,  sigma^2 = (eta / B) a^{2L-2} (2 e^2 + Delta),  e = a^L - m.
/// Source: the gradient's noise on fresh Gaussian inputs; Corlouer et al., arXiv 2604.06366.
///
/// With a finite step both are those whose flow over one step has the mean and the variance of that step, to
/// first order in eta: b - eta (b b' + sigma^2 b'' / 2) / 2 and sigma^2 (1 - eta b') - eta b (sigma^2)' / 2.
class ModeLaw {
  public:
    /// `finite_step`: whether steps count as finite.
    ModeLaw(const deep_linear::DeepLinear& problem, std::size_t mode, bool finite_step);

    /// Of a, each divided by a power of it that keeps them finite as a -> 0: b / a, sigma^2 / a^2, db / da.
    struct Relative {
        double drift, diffusion, slope;
    };
    /// At s = a^L and u = a^{L-2}.
    [[nodiscard, gnu::always_inline]] inline Relative relative(double s, double u) const {
        const double e = s - m;
        const double drift = -u * e;
        const double slope = -u * ((L - 1.0) * e + L * s);
        const double noise = 2.0 * e * e + label_noise;
        const double diffusion = rate * u * u * noise;
        const double bend = -u * ((L - 1.0) * (L - 2.0) * e + 3.0 * L * (L - 1.0) * s);
        const double gain = rate * u * u * (2.0 * (L - 1.0) * noise + 4.0 * L * e * s);
        return {drift - 0.5 * step * (drift * slope + 0.5 * diffusion * bend),
                diffusion * (1.0 - step * slope) - 0.5 * step * drift * gain, slope};
    }
    [[nodiscard]] double drift(double a) const;
    [[nodiscard]] double diffusion(double a) const;
    /// Diffusion of s itself, without the correction of finite steps.
    [[nodiscard]] double strength_diffusion(double s) const;

    double L, m, label_noise;
    double rate;  ///< eta / B
    double step;  ///< eta, or 0
};

}  // namespace hidyn::sde
