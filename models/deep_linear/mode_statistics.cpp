// SPDX-License-Identifier: MIT
#include "models/deep_linear/mode_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hidyn::deep_linear {
namespace {

/// Between order statistics, whose levels are (j + 1/2) / n; the values are sorted.
double quantile(std::span<const double> sorted, double level) {
    const auto n = static_cast<double>(sorted.size());
    const double rank = std::clamp(level * n - 0.5, 0.0, n - 1.0);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (rank - std::floor(rank)) * (sorted[above] - sorted[below]);
}

}  // namespace

void add_density(const Bins& bins, std::span<const double> values, std::vector<double>& density) {
    std::vector<double> counts(bins.bins, 0.0);
    const double each = 1.0 / (bins.width() * static_cast<double>(values.size()));
    for (const double value : values) {
        const double place = (value - bins.from) / bins.width();
        if (place >= 0.0 && place < static_cast<double>(bins.bins))
            counts[static_cast<std::size_t>(place)] += each;
    }
    density.insert(density.end(), counts.begin(), counts.end());
}

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
    if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    const double centre = mean(values);
    double sum = 0.0;
    for (const double value : values) sum += (value - centre) * (value - centre);
    return sum / static_cast<double>(values.size() - 1);
}

void record_spread(const DeepLinear& problem, const Observables& report, const ModeSample& sample,
                   const Slot& slot) {
    const AskedModes& asked = problem.asked;
    std::vector<double> variances, quantiles, density, learned, times, time_variances;
    std::vector<double> sorted;
    for (std::size_t mode = 0; mode < problem.modes(); ++mode) {
        const std::span<const double> s = sample.of(sample.strengths, mode);
        variances.push_back(variance(s));
        if (!asked.quantiles.empty()) {
            sorted.assign(s.begin(), s.end());
            std::ranges::sort(sorted);
            for (const double level : asked.quantiles) quantiles.push_back(quantile(sorted, level));
        }
        if (asked.density.bins > 0) add_density(asked.density, s, density);
        if (!asked.learned_at) continue;
        const double now = problem.grid.times[slot.time];
        sorted.clear();
        std::size_t done = 0;
        for (const double reached : sample.of(sample.learning_times, mode)) {
            // Times are multiples of the learning rate but for rounding.
            done += reached <= now * (1.0 + 1e-12) ? 1 : 0;
            sorted.push_back(std::min(reached, now));
        }
        learned.push_back(static_cast<double>(done) / static_cast<double>(sample.members));
        times.push_back(mean(sorted));
        time_variances.push_back(variance(sorted));
    }
    slot.record(report.variance_of_modes, variances);
    slot.record(report.quantiles, quantiles);
    slot.record(report.density, density);
    slot.record(report.learned, learned);
    slot.record(report.learning_time, times);
    slot.record(report.variance_of_learning_time, time_variances);
}

void record_aligned_means(const DeepLinear& problem, const Observables& report, const ModeSample& sample,
                          const Slot& slot) {
    const auto L = static_cast<double>(problem.depth);
    const double rate = problem.learning_rate / static_cast<double>(problem.batch_size);
    double error = 0.0;
    std::vector<double> means, diffusion;
    for (std::size_t mode = 0; mode < problem.modes(); ++mode) {
        const std::span<const double> strengths = sample.of(sample.strengths, mode);
        means.push_back(mean(strengths));
        double D = 0.0;
        double square = 0.0;
        for (const double s : strengths) {
            const double e = s - problem.strengths[mode];
            square += e * e;
            D += std::pow(std::abs(s), 4.0 - 4.0 / L) * (2.0 * e * e + problem.label_noise);
        }
        const auto n = static_cast<double>(strengths.size());
        error += 0.5 * square / n;
        diffusion.push_back(rate * L * L * D / n);
    }
    slot.record(report.error, error);
    slot.record(report.mode_strength, means);
    slot.record(report.mode_diffusion, diffusion);
}

}  // namespace hidyn::deep_linear
