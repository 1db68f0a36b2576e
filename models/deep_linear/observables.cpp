// SPDX-License-Identifier: MIT
#include <algorithm>

#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::deep_linear {

Observables::Observables(const DeepLinear& problem) {
    error = add({.name = "generalization_error",
                 .long_name = "generalization error",
                 .symbol = "\\epsilon_g",
                 .normalization = "|W - M|_F^2 / 2",
                 .derived = true});
    mode_strength =
        add("mode_strength", "mode strengths", "s",
            "u_alpha^T W v_alpha along the teacher's singular vectors", {{"mode", problem.modes()}});
    off_diagonal = add("off_diagonal", "coupling between modes", "|W|_{\\mathrm{off}}",
                       "Frobenius norm of W in the teacher's bases, without the modes themselves");
    if (problem.depth > 1)
        imbalance = add("imbalance", "imbalance of layers", "|W_{l+1}^T W_{l+1} - W_l W_l^T|_F",
                        "Frobenius norm for each pair of neighbouring layers", {{"pair", problem.depth - 1}});
    if (problem.depth > 1 && !problem.stochastic())
        kernel_alignment = add(
            "kernel_alignment", "alignment of the tangent kernel with its start",
            "\\langle K(t), K(0) \\rangle / |K(t)| |K(0)|",
            "Frobenius product of sum_l A_l A_l^T (x) C_l^T C_l, A_l = W_L .. W_{l+1}, C_l = W_{l-1} .. W_1");
    if (problem.sample_ratio)
        train_loss = add({.name = "train_loss",
                          .long_name = "training loss",
                          .symbol = "\\hat L",
                          .normalization = "mean of |y - W x|^2 / 2 over the data set",
                          .derived = true});
    if (problem.stochastic()) add_mode_statistics(problem);
    if (problem.levels.wanted) add_levels(problem.levels, problem.modes());
}

void Observables::add_mode_statistics(const DeepLinear& problem) {
    const AskedModes& asked = problem.asked;
    const Dimension mode{"mode", problem.modes()};
    if (problem.rule == Rule::online_sgd)
        mode_diffusion = add(
            "mode_diffusion", "diffusion of modes", "D",
            "variance of u_alpha^T W v_alpha gained per unit of time, of order learning_rate / batch_size",
            {mode});
    variance_of_modes = add("variance_of_modes", "variance of mode strengths", "\\mathrm{Var}\\, s",
                            "over the members of a replica, unbiased", {mode});
    if (!asked.quantiles.empty())
        quantiles = add("mode_quantiles", "quantiles of mode strengths", "s", "over the members of a replica",
                        {mode, {"level", asked.quantiles.size(), asked.quantiles}});
    if (asked.density.bins > 0)
        density = add("mode_density", "density of mode strengths", "p(s)",
                      "share of the members in a bin, over its width",
                      {mode, Dimension::profile("strength", asked.density.centres())});
    if (!asked.learned_at) return;
    learned = add("learned", "modes learned", "P(T \\leq t)",
                  "share of the members whose mode has reached learned_at m", {mode});
    learning_time = add("learning_time", "learning time", "\\langle \\min(T, t) \\rangle",
                        "first time with s >= learned_at m, or t before it; mean over members", {mode});
    variance_of_learning_time =
        add("variance_of_learning_time", "variance of the learning time", "\\mathrm{Var}\\, \\min(T, t)",
            "over the members of a replica, unbiased", {mode});
}

void Observables::add_levels(const AskedLevels& asked, std::size_t levels) {
    singular_values = add("singular_values", "singular values", "\\xi",
                          "the largest of W, as many as modes, smallest first", {{"singular_value", levels}});
    level_moments =
        add("level_moments", "moments of singular values", "\\langle (\\xi - m)^k \\rangle",
            "k = 2 and 4 about the largest mode strength, mean over levels", {{"moment", 2, {2.0, 4.0}}});
    if (levels == 1) return;
    level_spacing = add("level_spacing", "spacing of singular values", "\\langle S \\rangle",
                        "mean difference of neighbours among the largest, as many as modes");
    if (asked.spacings.bins > 0)
        spacing_density = add("spacing_density", "density of spacings", "P(S)",
                              "share of the differences in a bin, over its width",
                              {Dimension::profile("spacing", asked.spacings.centres())});
    if (asked.values.bins > 0)
        level_density = add("level_density", "density of singular values", "\\rho(\\xi)",
                            "share of the singular values in a bin, over its width",
                            {Dimension::profile("strength", asked.values.centres())});
}

std::vector<Observable> DeepLinear::observables() const {
    return Observables(*this).all();
}

std::vector<Observable> all_observables() {
    DeepLinear flow, batches;
    flow.sample_ratio = 1.0;
    const Bins bins{.from = 0.0, .to = 1.0, .bins = 1};
    batches.rule = Rule::online_sgd;
    batches.asked = {.quantiles = {0.5}, .density = bins, .learned_at = 0.5};
    batches.levels = {.wanted = true, .spacings = bins, .values = bins};
    std::vector<Observable> all = flow.observables();
    for (Observable& one : batches.observables())
        if (std::ranges::find(all, one.name, &Observable::name) == all.end()) all.push_back(std::move(one));
    for (Observable& one : all)
        for (Dimension& axis : one.dimensions) axis = {axis.name, 0};
    return all;
}

}  // namespace hidyn::deep_linear
