// SPDX-License-Identifier: MIT
#include "models/deep_linear/declaration/declaration.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "core/counts.hpp"
#include "core/machine.hpp"
#include "core/typed_route.hpp"
#include "models/deep_linear/declaration/sections.hpp"
#include "models/deep_linear/simulation/simulation.hpp"

namespace hidyn::deep_linear {
namespace {

constexpr const char* mathematics =
    R"(A product of weight matrices learns a linear teacher, one mode after the other.

  student  f(x) = W x, W = W_L .. W_1, W_l of n_l x n_{l-1}; inputs x ~ N(0, I) of dimension n_0 = d, not scaled
  teacher  y = M x + sqrt(label_noise) xi, M of n_L x d with singular values m_alpha, told in its own singular bases
  loss     |y - f|^2 / 2 a sample; |W - M|_F^2 / 2 = generalization_error, without the noise
  widths   n_0 = d, hidden layers hidden_ratio d, n_L = output_ratio d
  time     learning rate times steps

  gradient-flow     dW_l/dt = (W_L .. W_{l+1})^T (M - W) (W_{l-1} .. W_1)^T; with data.sample_ratio the inputs'
                    covariance and the labels' are those of a data set of n = sample_ratio d samples
  gradient-descent  the same in steps of the learning rate, all layers at once
  online-sgd        the mean gradient of batch_size fresh samples
  sgd               of batch_size samples of the data set, without replacement

Starts. aligned: every layer has singular values s^{1/L} along the teacher's modes, so that modes never mix and
ds/dt = L s^{2 - 2/L} (m - s). unbalanced (two layers): singular values a in the first and b in the second layer;
b^2 - a^2 stays what it is. lambda-balanced (two layers): W_2^T W_2 - W_1 W_1^T = lambda I in random directions. random:
entries of variance scale^2 / n_{l-1}; from small ones two layers follow the aligned curve from an effective start that
Gram and Schmidt's rule knows.

Batches. A replica of a simulation may have many members, independent runs: it then reports their means, and variance,
quantiles, density and learning times over them. The noise of an aligned balanced mode has variance
learning_rate / batch_size L^2 s^{4-4/L} (2 (s - m)^2 + label_noise) per unit of time, its mode_diffusion: largest at
s = m (2L - 2) / (3L - 2) without label noise, before the mode is learned. What is left out by theories of single modes
is of order learning_rate d / batch_size: noise turns the modes.)";

/// The weights, their gradient, and what any method keeps beside them.
constexpr double copies_of_weights = 3.0;

/// Whether all sizes can be counted, and fit into the machine: the widest layers and the data are what is
/// large.
bool has_room(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    const std::uint64_t d = asked.info.d;
    const std::size_t before = asked.complaints.sentences().size();
    const auto check = [&](const char* key, double ratio, const char* things) {
        const std::string why = count_mistake(key, ratio, things, d);
        if (!why.empty()) asked.complain("d", why);
    };
    if (problem.depth > 1) check("hidden_ratio", problem.hidden_ratio, "hidden unit");
    check("output_ratio", problem.output_ratio, "output");
    if (problem.sample_ratio) check("sample_ratio", *problem.sample_ratio, "sample");
    if (asked.complaints.sentences().size() != before) return false;

    const std::vector<Eigen::Index> widths = problem.widths(d);
    double numbers = problem.sample_ratio ? static_cast<double>(problem.samples(d)) *
                                                (static_cast<double>(d) + static_cast<double>(widths.back()))
                                          : 0.0;
    for (std::size_t layer = 0; layer + 1 < widths.size(); ++layer)
        numbers +=
            copies_of_weights * static_cast<double>(widths[layer]) * static_cast<double>(widths[layer + 1]);
    const auto threads =
        static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), asked.keys.integer("replicas")));
    const double needed = 8.0 * threads * numbers;
    if (needed <= machine_memory()) return true;
    asked.complain(
        "d",
        fmt::format("takes at least {:.3g} GB of weights and samples on {} threads, but this machine has "
                    "{:.3g} GB; use a smaller d or smaller ratios",
                    needed / 1e9, threads, machine_memory() / 1e9));
    return false;
}

void check_widths(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    const std::vector<Eigen::Index> widths = problem.widths(asked.info.d);
    const auto narrowest = static_cast<std::size_t>(*std::ranges::min_element(widths));
    const auto outer = static_cast<std::size_t>(std::min(widths.front(), widths.back()));
    if (outer < problem.modes())
        asked.complain(
            "d", fmt::format("leaves inputs or outputs of {} dimensions, but the teacher has {} modes", outer,
                             problem.modes()));
    else if (narrowest < problem.modes() && !problem.initial.drawn())
        asked.complain(
            "d",
            fmt::format("leaves a layer of width {}, which cannot carry the {} modes of the start: those of "
                        "strength {} and below are out of reach",
                        narrowest, problem.modes(), problem.strengths[narrowest]));
    if (problem.initial.drawn() && asked.info.d != problem.initial.size)
        asked.complain("d", fmt::format("must be initial.reference_d = {}, at which the weights are drawn",
                                        problem.initial.size));
}

void check_method(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    const std::uint64_t d = asked.info.d;
    const std::string& method = asked.keys.text("method");
    if (!problem.stochastic() && asked.keys.integer("members") != 1)
        asked.complain("members", "has no meaning without batches: all runs are alike");
    if (problem.rule != Rule::online_sgd) {
        if (method != "direct")
            asked.complain("method", "is for algorithm.kind = \"online-sgd\"; others know \"direct\"");
        if (problem.rule == Rule::sgd && problem.batch_size > problem.samples(d))
            asked.complain("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}",
                                            problem.samples(d), problem.batch_size));
        return;
    }
    if ((method == "projected" || method == "mode") && problem.initial.kind != StartKind::aligned)
        asked.complain("method", "follows aligned weights: give initial.kind = \"aligned\"");
    if (problem.levels.wanted && method == "mode")
        asked.complain("method", "has no weights whose singular values could be recorded (problem.levels)");
    if (method == "reduced" && problem.batch_size < d)
        asked.complain("method",
                       fmt::format("needs a batch_size of at least d = {}, but it is {}: take \"direct\"", d,
                                   problem.batch_size));
    const double entries = static_cast<double>(problem.batch_size) * static_cast<double>(d);
    if ((method == "direct" || method == "projected") && entries > 1e9)
        asked.complain(
            "method",
            fmt::format("holds batch_size d = {:.3g} numbers at once, too many: take \"reduced\"", entries));
}

Solve prepare(const Asked<DeepLinear>& asked) {
    if (!has_room(asked)) return {};
    check_widths(asked);
    check_method(asked);
    return [problem = asked.problem, method = asked.keys.text("method"),
            members = asked.count("members")](const RouteRun& run) {
        if (!problem->stochastic()) return simulate_gradient(*problem, run);
        return method == "mode" ? simulate_modes(*problem, members, run)
                                : simulate_batches(*problem, method, members, run);
    };
}

AlgorithmKind algorithm(Rule rule, const char* name, const char* summary) {
    AlgorithmKind kind{
        .name = name, .summary = summary, .keys = algorithm_keys(rule), .data_keys = data_keys(rule)};
    kind.make = [rule](const ProblemTables& tables, Complaints& complaints) {
        return read_problem(rule, tables, complaints);
    };
    return kind;
}

}  // namespace

ProblemKind declaration() {
    return {.name = "deep-linear",
            .summary = "products of weight matrices: modes that are learned one after the other",
            .mathematics = mathematics,
            .problem_keys = problem_keys(),
            .initial_keys = initial_keys(),
            .algorithms = {algorithm(Rule::gradient_flow, "gradient-flow",
                                     "all layers, the loss of the population or of a data set"),
                           algorithm(Rule::gradient_descent, "gradient-descent",
                                     "all layers at once, the loss of the population or of a data set"),
                           algorithm(Rule::online_sgd, "online-sgd", "batches of fresh samples"),
                           algorithm(Rule::sgd, "sgd", "batches of a data set, without replacement")},
            .observables = all_observables(),
            .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "real weight matrices of all layers, or the exact recursion of aligned modes",
            .source = "the definitions of the algorithms",
            .theory = false,
            .keys = simulation_keys(),
            .make = route_of<DeepLinear>(prepare)};
}

}  // namespace hidyn::deep_linear
