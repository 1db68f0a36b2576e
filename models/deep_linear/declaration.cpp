#include "models/deep_linear/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::deep_linear {
namespace {

constexpr const char* mathematics =
    R"(A product of weight matrices learns a linear teacher, one mode after the other.

  student  f(x) = W x, W = W_L .. W_1, W_l of n_l x n_{l-1}; inputs x ~ N(0, I) of dimension n_0 = d, not scaled
  teacher  y = M x, M of n_L x d with singular values m_alpha, told in its own singular bases
  loss     |W - M|_F^2 / 2 = generalization_error
  widths   n_0 = d, hidden layers hidden_ratio d, n_L = output_ratio d
  time     learning rate times steps

  gradient-flow     dW_l/dt = (W_L .. W_{l+1})^T (M - W) (W_{l-1} .. W_1)^T
  gradient-descent  the same in steps of the learning rate, all layers at once

Starts. aligned: every layer has singular values s^{1/L} along the teacher's modes, so that modes never mix and
ds/dt = L s^{2 - 2/L} (m - s). unbalanced (two layers): singular values a in the first and b in the second layer;
b^2 - a^2 stays what it is. random: entries of variance scale^2 / n_{l-1}; from small ones two layers follow the aligned
curve from an effective start that Gram and Schmidt's rule knows.)";

std::vector<Key> problem_keys() {
    return {{.name = "depth",
             .type = KeyType::integer,
             .meaning = "number of layers",
             .symbol = "L",
             .range = {.minimum = 1, .maximum = 64},
             .standard = std::int64_t{2}},
            {.name = "mode_strengths",
             .type = KeyType::real_list,
             .meaning = "singular values of the teacher, descending; all others are 0",
             .symbol = "m_\\alpha",
             .required = true},
            {.name = "hidden_ratio",
             .type = KeyType::real,
             .meaning = "width of the hidden layers over d",
             .range = {.minimum = 0, .above_minimum = true},
             .standard = 1.0},
            {.name = "output_ratio",
             .type = KeyType::real,
             .meaning = "dimension of the output over d",
             .range = {.minimum = 0, .above_minimum = true},
             .standard = 1.0}};
}

std::vector<Key> initial_keys() {
    return {
        {.name = "kind",
         .type = KeyType::choice,
         .meaning = "aligned with the teacher and balanced, aligned and unbalanced (two layers), or random",
         .choices = {"aligned", "unbalanced", "random"},
         .standard = std::string("aligned")},
        {.name = "strengths",
         .type = KeyType::real_list,
         .meaning = "mode strengths at the start, one per mode or one for all (kind \"aligned\")",
         .symbol = "s_\\alpha(0)"},
        {.name = "first",
         .type = KeyType::real_list,
         .meaning = "singular values of the first layer, one per mode or one for all (kind \"unbalanced\")",
         .symbol = "a_\\alpha(0)"},
        {.name = "second",
         .type = KeyType::real_list,
         .meaning = "of the second layer (kind \"unbalanced\")",
         .symbol = "b_\\alpha(0)"},
        {.name = "scale",
         .type = KeyType::real,
         .meaning =
             "an entry of an n_l x n_{l-1} matrix has deviation scale / sqrt(n_{l-1}) (kind \"random\")",
         .symbol = "\\epsilon",
         .range = {.minimum = 0, .above_minimum = true},
         .standard = 1e-3},
        {.name = "seed",
         .type = KeyType::integer,
         .meaning = "of random weights and of the hidden layers' bases",
         .range = {.minimum = 0},
         .standard = std::int64_t{0}},
        {.name = "reference_d",
         .type = KeyType::integer,
         .meaning = "the d at which random weights are drawn, anew for each replica",
         .range = {.minimum = 1, .maximum = 1e4},
         .standard = std::int64_t{20}}};
}

/// One number per mode; a single one counts for all.
std::vector<double> read_modes(const Table& table, const char* key, std::size_t modes,
                               Complaints& complaints) {
    if (!table.given(key)) {
        complaints.add(fmt::format("{}: {} is missing", table.place(), key));
        return {};
    }
    const RealList& given = table.reals(key);
    if (given.size() == 1) return std::vector<double>(modes, given.front());
    if (given.size() != modes)
        complaints.add(table.complain(
            key, fmt::format("has {} entries, but there are {} mode_strengths", given.size(), modes)));
    return given;
}

void read_start(const ProblemTables& tables, DeepLinear& problem, Complaints& complaints) {
    const Table& table = tables.initial;
    Start& start = problem.initial;
    const std::string& kind = table.text("kind");
    const auto unused = [&](std::initializer_list<const char*> keys) {
        for (const char* key : keys)
            if (table.given(key))
                complaints.add(
                    table.complain(key, fmt::format("has no meaning with initial.kind = \"{}\"", kind)));
    };
    start.seed = static_cast<std::uint64_t>(table.integer("seed"));
    if (kind == "random") {
        unused({"strengths", "first", "second"});
        start.kind = StartKind::random;
        start.scale = table.real("scale");
        start.size = static_cast<std::uint64_t>(table.integer("reference_d"));
        start.replicas = std::max<std::size_t>(tables.replicas, 1);
        return;
    }
    unused({"scale", "reference_d"});
    if (kind == "aligned") {
        unused({"first", "second"});
        start.strengths = read_modes(table, "strengths", problem.modes(), complaints);
        if (std::ranges::any_of(start.strengths, [](double s) { return !(s > 0.0); }))
            complaints.add(table.complain("strengths", "must be positive: a mode of strength 0 never moves"));
        return;
    }
    unused({"strengths"});
    start.kind = StartKind::unbalanced;
    if (problem.depth != 2)
        complaints.add(
            table.complain("kind", fmt::format("is for two layers, but problem.depth = {}", problem.depth)));
    start.first = read_modes(table, "first", problem.modes(), complaints);
    start.second = read_modes(table, "second", problem.modes(), complaints);
}

std::shared_ptr<const Problem> make(Rule rule, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<DeepLinear>();
    const Table& table = tables.problem;
    problem->rule = rule;
    problem->grid = tables.recording.grid;
    problem->depth = static_cast<std::size_t>(table.integer("depth"));
    problem->strengths = table.reals("mode_strengths");
    problem->hidden_ratio = table.real("hidden_ratio");
    problem->output_ratio = table.real("output_ratio");
    const std::vector<double>& m = problem->strengths;
    if (m.empty() || std::ranges::any_of(m, [](double one) { return !(one > 0.0); }) ||
        !std::ranges::is_sorted(m, std::greater())) {
        complaints.add(table.complain("mode_strengths", "must be positive numbers, largest first"));
        return nullptr;
    }
    if (rule == Rule::gradient_descent) problem->learning_rate = tables.algorithm.real("learning_rate");
    read_start(tables, *problem, complaints);
    return problem;
}

}  // namespace

ProblemKind declaration() {
    AlgorithmKind flow{.name = "gradient-flow", .summary = "all layers, population loss", .keys = {}};
    flow.make = [](const ProblemTables& tables, Complaints& complaints) {
        return make(Rule::gradient_flow, tables, complaints);
    };
    AlgorithmKind descent{.name = "gradient-descent",
                          .summary = "all layers at once, population loss",
                          .keys = {{.name = "learning_rate",
                                    .type = KeyType::real,
                                    .meaning = "step size, of unscaled weights",
                                    .symbol = "\\eta",
                                    .range = {.minimum = 0, .above_minimum = true},
                                    .required = true}}};
    descent.make = [](const ProblemTables& tables, Complaints& complaints) {
        return make(Rule::gradient_descent, tables, complaints);
    };
    std::vector<Observable> observables = DeepLinear().observables();
    return {.name = "deep-linear",
            .summary = "products of weight matrices: modes that are learned one after the other",
            .mathematics = mathematics,
            .problem_keys = problem_keys(),
            .initial_keys = initial_keys(),
            .algorithms = {std::move(flow), std::move(descent)},
            .observables = std::move(observables),
            .routes = {simulation_kind()}};
}

}  // namespace hidyn::deep_linear
