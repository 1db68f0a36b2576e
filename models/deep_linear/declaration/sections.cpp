// SPDX-License-Identifier: MIT
#include "models/deep_linear/declaration/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace hidyn::deep_linear {

namespace {

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

void complain_of_unused(const Table& table, std::initializer_list<const char*> used, Complaints& complaints) {
    for (const char* key : {"strengths", "first", "second", "imbalance", "scale", "reference_d"})
        if (table.given(key) && std::ranges::find(used, std::string_view(key)) == used.end())
            complaints.add(table.complain(
                key, fmt::format("has no meaning with initial.kind = \"{}\"", table.text("kind"))));
}

void needs_two_layers(const Table& table, const DeepLinear& problem, Complaints& complaints) {
    if (problem.depth != 2)
        complaints.add(
            table.complain("kind", fmt::format("is for two layers, but problem.depth = {}", problem.depth)));
}

void read_aligned(const Table& table, DeepLinear& problem, Complaints& complaints) {
    complain_of_unused(table, {"strengths"}, complaints);
    problem.initial.kind = StartKind::aligned;
    problem.initial.strengths = read_modes(table, "strengths", problem.modes(), complaints);
    if (std::ranges::any_of(problem.initial.strengths, [](double s) { return !(s > 0.0); }))
        complaints.add(table.complain("strengths", "must be positive: a mode of strength 0 never moves"));
}

void read_unbalanced(const Table& table, DeepLinear& problem, Complaints& complaints) {
    complain_of_unused(table, {"first", "second"}, complaints);
    needs_two_layers(table, problem, complaints);
    problem.initial.kind = StartKind::unbalanced;
    problem.initial.first = read_modes(table, "first", problem.modes(), complaints);
    problem.initial.second = read_modes(table, "second", problem.modes(), complaints);
}

/// W_2^T W_2 = W_1 W_1^T + lambda must be positive where W_1 has no directions left, and of a rank that the
/// outputs allow.
void check_lambda(const Table& table, const DeepLinear& problem, Complaints& complaints) {
    const Start& start = problem.initial;
    const double lambda = start.imbalance;
    const std::vector<Eigen::Index> n = problem.widths(start.size);
    if (start.first.size() != 1 && start.first.size() != static_cast<std::size_t>(n[1])) {
        complaints.add(
            table.complain("first", fmt::format("has {} entries, but there are {} hidden units at d = {}",
                                                start.first.size(), n[1], start.size)));
        return;
    }
    const auto refuse = [&](const char* key, const std::string& why) {
        complaints.add(table.complain(key, why));
    };
    if (lambda > 0.0 && n[1] > n[2])
        refuse(
            "imbalance",
            fmt::format("is positive, which needs no more hidden units ({}) than outputs ({})", n[1], n[2]));
    else if (lambda < 0.0 && n[1] > n[0])
        refuse("imbalance", fmt::format("is negative, which needs no more hidden units ({}) than inputs ({})",
                                        n[1], n[0]));
    else if (std::ranges::any_of(start.first, [&](double one) { return one * one < -lambda; }))
        refuse("first", "must have squares of at least -imbalance");
    else if (lambda == 0.0 && n[1] > std::min(n[0], n[2]) &&
             std::ranges::any_of(start.first, [](double one) { return one != 0.0; }))
        refuse("imbalance",
               fmt::format(
                   "is 0 with {} hidden units: balanced weights have at most the rank of {} inputs and {} "
                   "outputs; choose hidden_ratio at most that",
                   n[1], n[0], n[2]));
    else if (lambda < 0.0 && n[1] > n[2])
        refuse("imbalance",
               fmt::format(
                   "is negative, with fewer outputs ({}) than hidden units ({}): the second layer cannot "
                   "have the rank that this needs",
                   n[2], n[1]));
}

void read_drawn(const Table& table, std::size_t replicas, DeepLinear& problem, Complaints& complaints) {
    Start& start = problem.initial;
    start.size = static_cast<std::uint64_t>(table.integer("reference_d"));
    start.replicas = std::max<std::size_t>(replicas, 1);
    if (table.text("kind") == "random") {
        complain_of_unused(table, {"scale", "reference_d"}, complaints);
        start.kind = StartKind::random;
        start.scale = table.real("scale");
        return;
    }
    complain_of_unused(table, {"first", "imbalance", "reference_d"}, complaints);
    needs_two_layers(table, problem, complaints);
    start.kind = StartKind::lambda_balanced;
    start.imbalance = table.real("imbalance");
    if (!table.given("first")) {
        complaints.add(fmt::format("{}: first is missing", table.place()));
        return;
    }
    start.first = table.reals("first");
    if (problem.depth == 2) check_lambda(table, problem, complaints);
}

void read_start(const ProblemTables& tables, DeepLinear& problem, Complaints& complaints) {
    const Table& table = tables.initial;
    const std::string& kind = table.text("kind");
    problem.initial.seed = static_cast<std::uint64_t>(table.integer("seed"));
    if (kind == "aligned")
        read_aligned(table, problem, complaints);
    else if (kind == "unbalanced")
        read_unbalanced(table, problem, complaints);
    else
        read_drawn(table, tables.replicas, problem, complaints);
}

Bins read_bins(const Table& table, const char* key, Complaints& complaints) {
    if (!table.given(key)) return {};
    const RealList& range = table.reals(key);
    if (range.size() == 2 && range[0] < range[1])
        return {range[0], range[1], static_cast<std::size_t>(table.integer("density_bins"))};
    complaints.add(table.complain(key, "must be two increasing numbers"));
    return {};
}

void read_asked(const Table& table, DeepLinear& problem, Complaints& complaints) {
    if (!problem.stochastic()) {
        for (const char* key : {"quantiles", "density_range", "density_bins", "learned_at", "levels",
                                "level_range", "spacing_range"})
            if (table.given(key))
                complaints.add(table.complain(key, "has no meaning without batches: all runs are alike"));
        return;
    }
    AskedModes& asked = problem.asked;
    if (table.given("quantiles")) {
        asked.quantiles = table.reals("quantiles");
        if (std::ranges::any_of(asked.quantiles, [](double level) { return !(level > 0.0 && level < 1.0); }))
            complaints.add(table.complain("quantiles", "must be levels between 0 and 1"));
    }
    asked.density = read_bins(table, "density_range", complaints);
    problem.levels = {.wanted = table.boolean("levels"),
                      .spacings = read_bins(table, "spacing_range", complaints),
                      .values = read_bins(table, "level_range", complaints)};
    for (const char* key : {"level_range", "spacing_range"})
        if (table.given(key) && !problem.levels.wanted)
            complaints.add(table.complain(key, "needs levels = true beside it"));
    if (table.given("density_bins") && asked.density.bins == 0 && problem.levels.spacings.bins == 0 &&
        problem.levels.values.bins == 0)
        complaints.add(
            table.complain("density_bins", "needs density_range, level_range or spacing_range beside it"));
    if (table.given("learned_at")) asked.learned_at = table.real("learned_at");
}

}  // namespace

std::shared_ptr<const Problem> read_problem(Rule rule, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<DeepLinear>();
    const Table& table = tables.problem;
    problem->rule = rule;
    problem->grid = tables.recording.grid;
    problem->runs = std::max<std::size_t>(tables.runs, 1);
    problem->depth = static_cast<std::size_t>(table.integer("depth"));
    problem->strengths = table.reals("mode_strengths");
    problem->hidden_ratio = table.real("hidden_ratio");
    problem->output_ratio = table.real("output_ratio");
    problem->label_noise = table.real("label_noise");
    const std::vector<double>& m = problem->strengths;
    if (m.empty() || std::ranges::any_of(m, [](double one) { return !(one > 0.0); }) ||
        !std::ranges::is_sorted(m, std::greater())) {
        complaints.add(table.complain("mode_strengths", "must be positive numbers, largest first"));
        return nullptr;
    }
    if (rule != Rule::gradient_flow) problem->learning_rate = tables.algorithm.real("learning_rate");
    if (problem->stochastic())
        problem->batch_size = static_cast<std::uint64_t>(tables.algorithm.integer("batch_size"));
    if (rule != Rule::online_sgd && tables.data.given("sample_ratio"))
        problem->sample_ratio = tables.data.real("sample_ratio");
    if (!problem->stochastic() && !problem->sample_ratio && problem->label_noise > 0.0)
        complaints.add(table.complain("label_noise",
                                      "has no meaning for the population's loss: give data.sample_ratio"));
    read_start(tables, *problem, complaints);
    read_asked(table, *problem, complaints);
    return problem;
}

}  // namespace hidyn::deep_linear
