// SPDX-License-Identifier: MIT
#include "core/keys.hpp"

#include "models/deep_linear/declaration/sections.hpp"

namespace hidyn::deep_linear {

std::vector<Key> problem_keys() {
    return {
        keys::integer("depth", "number of layers")
            .written("L")
            .at_least(1)
            .at_most(64)
            .otherwise(std::int64_t{2}),
        keys::real_list("mode_strengths", "singular values of the teacher, descending; all others are 0")
            .written("m_\\alpha")
            .needed(),
        keys::real("hidden_ratio", "width of the hidden layers over d").above(0).otherwise(1.0),
        keys::real("output_ratio", "dimension of the output over d").above(0).otherwise(1.0),
        keys::real("label_noise", "variance of the noise on each output of the teacher")
            .written("\\Delta")
            .at_least(0)
            .otherwise(0.0),
        keys::real_list("quantiles", "levels of the quantiles of mode strengths to record (batches)"),
        keys::real_list("density_range",
                        "from where to where the density of mode strengths is recorded (batches)"),
        keys::integer("density_bins", "number of its bins")
            .at_least(1)
            .at_most(1e4)
            .otherwise(std::int64_t{40}),
        keys::boolean(
            "levels",
            "record the largest singular values of W, as many as modes, and their spacing (batches of real "
            "weights)",
            false),
        keys::real_list("level_range",
                        "from where to where the density of singular values is recorded, in density_bins"),
        keys::real_list("spacing_range", "the same of the differences of neighbouring singular values"),
        // Below 1: m itself is never quite reached.
        keys::real("learned_at",
                   "share of m at which a mode counts as learned; records learning times (batches)")
            .above(0)
            .below(1)};
}

std::vector<Key> initial_keys() {
    return {
        keys::choice(
            "kind",
            "aligned with the teacher and balanced, aligned and unbalanced (two layers), lambda-balanced in "
            "random directions (two layers), or random",
            {"aligned", "unbalanced", "lambda-balanced", "random"}),
        keys::real_list("strengths",
                        "mode strengths at the start, one per mode or one for all (kind \"aligned\")")
            .written("s_\\alpha(0)"),
        keys::real_list("first",
                        "singular values of the first layer: one per mode or one for all (kind "
                        "\"unbalanced\"), one per hidden unit or one for all (kind \"lambda-balanced\")")
            .written("a_\\alpha(0)"),
        keys::real_list("second", "of the second layer (kind \"unbalanced\")").written("b_\\alpha(0)"),
        keys::real("imbalance", "W_2^T W_2 - W_1 W_1^T in units of the identity (kind \"lambda-balanced\")")
            .written("\\lambda")
            .otherwise(0.0),
        keys::real(
            "scale",
            "an entry of an n_l x n_{l-1} matrix has deviation scale / sqrt(n_{l-1}) (kind \"random\")")
            .written("\\epsilon")
            .above(0)
            .otherwise(1e-3),
        keys::seed("of random weights and of the hidden layers' bases"),
        keys::integer("reference_d",
                      "the d at which random or lambda-balanced weights are drawn, anew for each replica")
            .at_least(1)
            .at_most(1e4)
            .otherwise(std::int64_t{20})};
}

std::vector<Key> algorithm_keys(Rule rule) {
    if (rule == Rule::gradient_flow) return {};
    const Key learning_rate = keys::learning_rate("step size, of unscaled weights");
    if (rule == Rule::gradient_descent) return {learning_rate};
    return {learning_rate, keys::batch_size("samples per step, whose mean gradient is followed", 1e12)};
}

std::vector<Key> data_keys(Rule rule) {
    if (rule == Rule::online_sgd) return {};
    if (rule == Rule::sgd) return {keys::sample_ratio("samples per input dimension").written("n / d")};
    return {keys::real("sample_ratio", "samples per input dimension; absent: the population's loss")
                .written("n / d")
                .above(0)};
}

std::vector<Key> simulation_keys() {
    return keys::joined(
        keys::ensemble(1e4, 4),
        {keys::members("independent runs whose means and spread one replica reports (batches)", 1),
         keys::choice("method",
                      "direct: real weights and samples; reduced: real weights, the batch as a Wishart "
                      "matrix, at a cost independent of batch_size >= d; projected: the batch's gradient "
                      "along the modes only, aligned starts; mode: each aligned mode as a number",
                      {"direct", "reduced", "projected", "mode"})});
}

}  // namespace hidyn::deep_linear
