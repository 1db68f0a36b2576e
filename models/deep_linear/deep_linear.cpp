// SPDX-License-Identifier: MIT
#include "models/deep_linear/deep_linear.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/counts.hpp"

namespace hidyn::deep_linear {

using Eigen::Index;

std::vector<double> Bins::centres() const {
    std::vector<double> all;
    all.reserve(bins);
    for (std::size_t bin = 0; bin < bins; ++bin)
        all.push_back(from + (static_cast<double>(bin) + 0.5) * width());
    return all;
}

std::vector<Index> DeepLinear::widths(std::uint64_t d) const {
    const auto size = [&](double ratio) { return static_cast<Index>(counted(ratio, d)); };
    std::vector<Index> all(depth + 1, size(hidden_ratio));
    all.front() = static_cast<Index>(d);
    all.back() = size(output_ratio);
    return all;
}

std::uint64_t DeepLinear::samples(std::uint64_t d) const {
    return counted(sample_ratio.value_or(0.0), d);
}

Eigen::MatrixXd DeepLinear::teacher(std::uint64_t d) const {
    const std::vector<Index> n = widths(d);
    Eigen::MatrixXd M = Eigen::MatrixXd::Zero(n.back(), n.front());
    for (std::size_t k = 0; k < modes(); ++k) M(static_cast<Index>(k), static_cast<Index>(k)) = strengths[k];
    return M;
}

std::string DeepLinear::warning(std::uint64_t d) const {
    if (d > 0) {
        const std::vector<Index> n = widths(d);
        const auto narrowest = static_cast<std::size_t>(*std::ranges::min_element(n));
        if (narrowest < modes())
            return fmt::format(
                "a layer of width {} cannot carry the teacher's {} modes: those of strength {} and below are "
                "out of reach",
                narrowest, modes(), strengths[narrowest]);
    }
    return step_warning(d);
}

std::string DeepLinear::step_warning(std::uint64_t d) const {
    if (rule == Rule::gradient_flow) return "";
    const auto L = static_cast<double>(depth);
    const double curvature = L * std::pow(strengths.front(), 2.0 - 2.0 / L);
    if (learning_rate * curvature > 2.0)
        return fmt::format(
            "learning_rate times the curvature {:.4g} at the solution is more than 2: steps are unstable "
            "there",
            curvature);
    if (rule != Rule::online_sgd) return "";
    const double noise = learning_rate / static_cast<double>(batch_size);
    if (depth == 1 && d > 0 && learning_rate + noise * (static_cast<double>(d) + 1.0) > 2.0)
        return "learning_rate (1 + (d + 1) / batch_size) is more than 2: the mean square error grows without "
               "end";
    for (const double m : strengths)
        if (depth == 2 && label_noise > 0.0 && noise * (2.0 * m * m + label_noise) >= 2.0 * m)
            return fmt::format(
                "learning_rate / batch_size is above 2 m / (2 m^2 + label_noise) for the mode of "
                "strength {:.4g}: noise destroys it",
                m);
    return "";
}

std::vector<Problem::StartArray> DeepLinear::start() const {
    return {{{.name = "teacher_strengths",
              .long_name = "singular values of the teacher",
              .symbol = "m",
              .normalization = "of M",
              .dimensions = {{"mode", modes()}}},
             strengths}};
}

}  // namespace hidyn::deep_linear
