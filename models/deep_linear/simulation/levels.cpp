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

void record_levels(const DeepLinear& problem, const ModeSample& sample, Recorder& recorder,
                   std::size_t replica, std::size_t time) {
    const ObservablePlaces places(problem);
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
    recorder.record(places.singular_values, replica, time, means);
    recorder.record(places.level_moments, replica, time, moments);
    if (K < 2) return;
    const double spacing = mean(gaps);
    recorder.record(places.level_spacing, replica, time, {&spacing, 1});
    std::vector<double> density;
    if (asked.spacings.bins > 0) {
        add_density(asked.spacings, gaps, density);
        recorder.record(places.spacing_density, replica, time, density);
        density.clear();
    }
    if (asked.values.bins > 0) {
        add_density(asked.values, all, density);
        recorder.record(places.level_density, replica, time, density);
    }
}

std::vector<Observable> level_observables(const AskedLevels& asked, std::size_t levels) {
    std::vector<Observable> declared{
        {.name = "singular_values",
         .long_name = "singular values",
         .symbol = "\\xi",
         .normalization = "the largest of W, as many as modes, smallest first",
         .dimensions = {{"singular_value", levels}}},
        {.name = "level_moments",
         .long_name = "moments of singular values",
         .symbol = "\\langle (\\xi - m)^k \\rangle",
         .normalization = "k = 2 and 4 about the largest mode strength, mean over levels",
         .dimensions = {{"moment", 2, {2.0, 4.0}}}}};
    if (levels == 1) return declared;
    declared.push_back(
        {.name = "level_spacing",
         .long_name = "spacing of singular values",
         .symbol = "\\langle S \\rangle",
         .normalization = "mean difference of neighbours among the largest, as many as modes"});
    if (asked.spacings.bins > 0)
        declared.push_back({.name = "spacing_density",
                            .long_name = "density of spacings",
                            .symbol = "P(S)",
                            .normalization = "share of the differences in a bin, over its width",
                            .dimensions = {Dimension::profile("spacing", asked.spacings.centres())}});
    if (asked.values.bins > 0)
        declared.push_back({.name = "level_density",
                            .long_name = "density of singular values",
                            .symbol = "\\rho(\\xi)",
                            .normalization = "share of the singular values in a bin, over its width",
                            .dimensions = {Dimension::profile("strength", asked.values.centres())}});
    return declared;
}

}  // namespace hidyn::deep_linear
