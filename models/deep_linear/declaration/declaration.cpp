#include "models/deep_linear/declaration/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/deep_linear/declaration/sections.hpp"
#include "models/deep_linear/simulation/simulation.hpp"
#include "models/teacher_student/initial.hpp"

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

std::vector<Key> simulation_keys() {
    std::vector<Key> keys = teacher_student::ensemble_keys(1e4);
    for (Key& key : keys)
        if (key.name == "replicas") key.standard = std::int64_t{4};
    keys.push_back({.name = "members",
                    .type = KeyType::integer,
                    .meaning = "independent runs whose means and spread one replica reports (batches)",
                    .range = {.minimum = 1, .maximum = 1e6},
                    .standard = std::int64_t{1}});
    keys.push_back({.name = "method",
                    .type = KeyType::choice,
                    .meaning =
                        "direct: real weights and samples; reduced: real weights, the batch as a Wishart "
                        "matrix, at a cost independent of batch_size >= d; projected: the batch's gradient "
                        "along the modes only, aligned starts; mode: each aligned mode as a number",
                    .choices = {"direct", "reduced", "projected", "mode"},
                    .standard = std::string("direct")});
    return keys;
}

void check_widths(const DeepLinear& problem, const Table& table, const RouteInfo& info,
                  Complaints& complaints) {
    const std::vector<Eigen::Index> widths = problem.widths(info.d);
    const auto narrowest = static_cast<std::size_t>(*std::ranges::min_element(widths));
    const auto outer = static_cast<std::size_t>(std::min(widths.front(), widths.back()));
    if (outer < problem.modes())
        complaints.add(table.complain(
            "d", fmt::format("leaves inputs or outputs of {} dimensions, but the teacher has {} modes", outer,
                             problem.modes())));
    else if (narrowest < problem.modes() && !problem.initial.drawn())
        complaints.add(table.complain(
            "d",
            fmt::format("leaves a layer of width {}, which cannot carry the {} modes of the start: those of "
                        "strength {} and below are out of reach",
                        narrowest, problem.modes(), problem.strengths[narrowest])));
    if (problem.initial.drawn() && info.d != problem.initial.size)
        complaints.add(table.complain(
            "d", fmt::format("must be initial.reference_d = {}, at which the weights are drawn",
                             problem.initial.size)));
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    check_widths(problem, table, info, complaints);
    const std::string& method = table.text("method");
    const auto refuse = [&](const char* key, const std::string& why) {
        complaints.add(table.complain(key, why));
    };
    if (!problem.stochastic() && table.integer("members") != 1)
        refuse("members", "has no meaning without batches: all runs are alike");
    if (problem.rule != Rule::online_sgd) {
        if (method != "direct")
            refuse("method", "is for algorithm.kind = \"online-sgd\"; others know \"direct\"");
        if (problem.rule == Rule::sgd && problem.batch_size > problem.samples(info.d))
            refuse("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}",
                                    problem.samples(info.d), problem.batch_size));
        return;
    }
    if ((method == "projected" || method == "mode") && problem.initial.kind != StartKind::aligned)
        refuse("method", "follows aligned weights: give initial.kind = \"aligned\"");
    if (problem.levels.wanted && method == "mode")
        refuse("method", "has no weights whose singular values could be recorded (problem.levels)");
    if (method == "reduced" && problem.batch_size < info.d)
        refuse("method", fmt::format("needs a batch_size of at least d = {}, but it is {}: take \"direct\"",
                                     info.d, problem.batch_size));
    const double entries = static_cast<double>(problem.batch_size) * static_cast<double>(info.d);
    if ((method == "direct" || method == "projected") && entries > 1e9)
        refuse(
            "method",
            fmt::format("holds batch_size d = {:.3g} numbers at once, too many: take \"reduced\"", entries));
}

std::unique_ptr<Route> make_simulation(const std::shared_ptr<const Problem>& base, const Table& table,
                                       RouteInfo info) {
    auto problem = std::dynamic_pointer_cast<const DeepLinear>(base);
    if (!problem->stochastic()) return make_gradient_simulation(std::move(problem), std::move(info));
    const auto members = static_cast<std::size_t>(table.integer("members"));
    info.method = table.text("method");
    return info.method == "mode" ? make_mode_simulation(std::move(problem), members, std::move(info))
                                 : make_batch_simulation(std::move(problem), members, std::move(info));
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
            .check = check,
            .make = make_simulation};
}

}  // namespace hidyn::deep_linear
