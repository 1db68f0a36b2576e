#include "models/deep_linear/deep_linear.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/deep_linear/simulation/levels.hpp"

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
    const auto size = [&](double ratio) {
        return static_cast<Index>(std::max(1.0, std::round(ratio * static_cast<double>(d))));
    };
    std::vector<Index> all(depth + 1, size(hidden_ratio));
    all.front() = static_cast<Index>(d);
    all.back() = size(output_ratio);
    return all;
}

std::uint64_t DeepLinear::samples(std::uint64_t d) const {
    return static_cast<std::uint64_t>(
        std::max(1.0, std::round(sample_ratio.value_or(0.0) * static_cast<double>(d))));
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

namespace {

std::vector<Observable> mode_statistics(const Asked& asked, std::size_t modes) {
    const Dimension mode{"mode", modes};
    std::vector<Observable> declared{
        {.name = "mode_diffusion",
         .long_name = "diffusion of modes",
         .symbol = "D",
         .normalization =
             "variance of u_alpha^T W v_alpha gained per unit of time, of order learning_rate / batch_size",
         .dimensions = {mode}},
        {.name = "variance_of_modes",
         .long_name = "variance of mode strengths",
         .symbol = "\\mathrm{Var}\\, s",
         .normalization = "over the members of a replica, unbiased",
         .dimensions = {mode}}};
    if (!asked.quantiles.empty())
        declared.push_back({.name = "mode_quantiles",
                            .long_name = "quantiles of mode strengths",
                            .symbol = "s",
                            .normalization = "over the members of a replica",
                            .dimensions = {mode, {"level", asked.quantiles.size(), asked.quantiles}}});
    if (asked.density.bins > 0)
        declared.push_back({.name = "mode_density",
                            .long_name = "density of mode strengths",
                            .symbol = "p(s)",
                            .normalization = "share of the members in a bin, over its width",
                            .dimensions = {mode, Dimension::profile("strength", asked.density.centres())}});
    if (asked.learned_at) {
        declared.push_back({.name = "learned",
                            .long_name = "modes learned",
                            .symbol = "P(T \\leq t)",
                            .normalization = "share of the members whose mode has reached learned_at m",
                            .dimensions = {mode}});
        declared.push_back(
            {.name = "learning_time",
             .long_name = "learning time",
             .symbol = "\\langle \\min(T, t) \\rangle",
             .normalization = "first time with s >= learned_at m, or t before it; mean over members",
             .dimensions = {mode}});
        declared.push_back({.name = "variance_of_learning_time",
                            .long_name = "variance of the learning time",
                            .symbol = "\\mathrm{Var}\\, \\min(T, t)",
                            .normalization = "over the members of a replica, unbiased",
                            .dimensions = {mode}});
    }
    return declared;
}

}  // namespace

std::vector<Observable> DeepLinear::observables() const {
    std::vector<Observable> declared{
        {.name = "generalization_error",
         .long_name = "generalization error",
         .symbol = "\\epsilon_g",
         .normalization = "|W - M|_F^2 / 2",
         .derived = true},
        {.name = "mode_strength",
         .long_name = "mode strengths",
         .symbol = "s",
         .normalization = "u_alpha^T W v_alpha along the teacher's singular vectors",
         .dimensions = {{"mode", modes()}}},
        {.name = "off_diagonal",
         .long_name = "coupling between modes",
         .symbol = "|W|_{\\mathrm{off}}",
         .normalization = "Frobenius norm of W in the teacher's bases, without the modes themselves"}};
    if (depth > 1)
        declared.push_back({.name = "imbalance",
                            .long_name = "imbalance of layers",
                            .symbol = "|W_{l+1}^T W_{l+1} - W_l W_l^T|_F",
                            .normalization = "Frobenius norm for each pair of neighbouring layers",
                            .dimensions = {{"pair", depth - 1}}});
    if (depth > 1 && !stochastic())
        declared.push_back({.name = "kernel_alignment",
                            .long_name = "alignment of the tangent kernel with its start",
                            .symbol = "\\langle K(t), K(0) \\rangle / |K(t)| |K(0)|",
                            .normalization = "Frobenius product of sum_l A_l A_l^T (x) C_l^T C_l, "
                                             "A_l = W_L .. W_{l+1}, C_l = W_{l-1} .. W_1"});
    if (sample_ratio)
        declared.push_back({.name = "train_loss",
                            .long_name = "training loss",
                            .symbol = "\\hat L",
                            .normalization = "mean of |y - W x|^2 / 2 over the data set",
                            .derived = true});
    if (stochastic())
        for (Observable& one : mode_statistics(asked, modes()))
            if (rule == Rule::online_sgd || one.name != "mode_diffusion") declared.push_back(std::move(one));
    if (levels.wanted)
        for (Observable& one : level_observables(levels, modes())) declared.push_back(std::move(one));
    return declared;
}

std::vector<Observable> all_observables() {
    DeepLinear flow;
    flow.sample_ratio = 1.0;
    std::vector<Observable> all = flow.observables();
    const Bins bins{.from = 0.0, .to = 1.0, .bins = 1};
    for (Observable& one : mode_statistics({.quantiles = {0.5}, .density = bins, .learned_at = 0.5}, 0))
        all.push_back(std::move(one));
    for (Observable& one : level_observables({.wanted = true, .spacings = bins, .values = bins}, 0))
        all.push_back(std::move(one));
    for (Observable& one : all)
        for (Dimension& axis : one.dimensions) axis = {axis.name, 0};
    return all;
}

std::vector<Problem::StartArray> DeepLinear::start() const {
    return {{{.name = "teacher_strengths",
              .long_name = "singular values of the teacher",
              .symbol = "m",
              .normalization = "of M",
              .dimensions = {{"mode", modes()}}},
             strengths}};
}

ObservablePlaces::ObservablePlaces(const DeepLinear& problem) {
    const std::vector<Observable> declared = problem.observables();
    const auto place = [&](std::string_view name) {
        const auto found = std::ranges::find(declared, name, &Observable::name);
        return found == declared.end() ? absent : static_cast<std::size_t>(found - declared.begin());
    };
    imbalance = place("imbalance");
    kernel_alignment = place("kernel_alignment");
    train_loss = place("train_loss");
    mode_diffusion = place("mode_diffusion");
    variance_of_modes = place("variance_of_modes");
    quantiles = place("mode_quantiles");
    density = place("mode_density");
    learned = place("learned");
    learning_time = place("learning_time");
    variance_of_learning_time = place("variance_of_learning_time");
    singular_values = place("singular_values");
    level_moments = place("level_moments");
    level_spacing = place("level_spacing");
    spacing_density = place("spacing_density");
    level_density = place("level_density");
}

}  // namespace hidyn::deep_linear
