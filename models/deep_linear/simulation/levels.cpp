// SPDX-License-Identifier: MIT
#include "models/deep_linear/simulation/levels.hpp"

#include <cmath>

#include "math/matrices/spectrum.hpp"

namespace hidyn::deep_linear {

using Eigen::Index;

void largest_singular_values(const Eigen::MatrixXd& W, std::size_t count, std::vector<double>& into) {
    const Eigen::VectorXd all = math::singular_values(W);
    into.resize(count);
    for (std::size_t level = 0; level < count; ++level)
        into[level] = all[static_cast<Index>(count - 1 - level)];
}

void record_levels(const DeepLinear& problem, const Observables& report, const ModeSample& sample,
                   const Slot& slot) {
    const AskedLevels& asked = problem.levels;
    const std::size_t K = problem.modes();
    const auto members = static_cast<double>(sample.members);
    std::vector<double> means, moments(2, 0.0), gaps, all;
    for (std::size_t level = 0; level < K; ++level) {
        const std::span<const double> here = sample.of(sample.strengths, level);
        means.push_back(mean(here));
        // Levels are those of a teacher whose own all agree; else moments are about the strongest.
        for (const double one : here) {
            const double off = one - problem.strengths.front();
            moments[0] += off * off / (members * static_cast<double>(K));
            moments[1] += std::pow(off, 4) / (members * static_cast<double>(K));
            all.push_back(one);
        }
        if (level == 0) continue;
        const std::span<const double> below = sample.of(sample.strengths, level - 1);
        for (std::size_t member = 0; member < sample.members; ++member)
            gaps.push_back(here[member] - below[member]);
    }
    slot.record(report.singular_values, means);
    slot.record(report.level_moments, moments);
    if (report.level_spacing) slot.record(report.level_spacing, mean(gaps));
    std::vector<double> density;
    if (report.spacing_density) {
        add_density(asked.spacings, gaps, density);
        slot.record(report.spacing_density, density);
        density.clear();
    }
    if (report.level_density) {
        add_density(asked.values, all, density);
        slot.record(report.level_density, density);
    }
}

}  // namespace hidyn::deep_linear
