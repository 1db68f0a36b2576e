// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "core/recorder.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::deep_linear {

/// What an ensemble of runs reports of its modes at one time: the members' strengths s and, where learning
/// times are asked for, the times at which each reached learned_at m (infinity: not yet), both [mode,
/// member].
struct ModeSample {
    std::span<const double> strengths;
    std::span<const double> learning_times = {};
    std::size_t members = 1;

    [[nodiscard]] std::span<const double> of(std::span<const double> all, std::size_t mode) const {
        return all.subspan(mode * members, members);
    }
};

/// Variance, quantiles, density and learning times; of a single member no variance.
void record_spread(const DeepLinear& problem, const Observables& report, const ModeSample& sample,
                   const Slot& slot);

/// Mean strengths, the error and the diffusion of modes that are aligned and balanced, of which nothing but
/// their strengths s is known: D = (eta / B) L^2 s^{4 - 4/L} (2 (s - m)^2 + Delta).
void record_aligned_means(const DeepLinear& problem, const Observables& report, const ModeSample& sample,
                          const Slot& slot);

[[nodiscard]] double mean(std::span<const double> values);
/// Shares of the values in each bin, over the bin's width, after those that are there.
void add_density(const Bins& bins, std::span<const double> values, std::vector<double>& density);
/// Unbiased; NaN of fewer than two.
[[nodiscard]] double variance(std::span<const double> values);

}  // namespace hidyn::deep_linear
