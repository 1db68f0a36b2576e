// SPDX-License-Identifier: MIT
#include "models/quadratic_network/declaration/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/keys.hpp"

namespace hidyn::quadratic_network {

std::vector<Key> problem_keys() {
    return {
        keys::integer("students", "number of students")
            .written("K")
            .at_least(1)
            .at_most(4096)
            .otherwise(std::int64_t{1}),
        keys::real_list("teacher_strengths", "|w*_r|^2 / d of orthogonal teachers; absent: one of strength 1")
            .written("\\mu_r"),
        keys::real("spike", "the inputs' variance along the spike is 1 + spike; absent: isotropic inputs")
            .written("\\lambda_s")
            .above(-1),
        keys::real("spike_overlap", "cosine of the angle between spike and first teacher")
            .at_least(-1)
            .at_most(1)
            .otherwise(0.0),
        keys::real_list("block_variances", "variances of the inputs in blocks of axes, instead of a spike"),
        keys::real_list("block_fractions", "share of the axes in each block; absent: equal shares"),
        keys::real_list("teacher_shares",
                        "share of the teacher's squared norm in each block; absent: the blocks' fractions"),
        keys::real("power_law",
                   "the variance of axis i is proportional to i^-power_law, 1 in the mean; the teacher has "
                   "the same weight on all axes")
            .at_least(0),
        keys::real("label_noise", "variance of the label noise")
            .written("\\Delta")
            .at_least(0)
            .otherwise(0.0)};
}

std::vector<Key> algorithm_keys(Rule rule) {
    std::vector<Key> all;
    const bool flow = rule == Rule::gradient_flow || rule == Rule::spectral_flow;
    const bool spectral = rule == Rule::spectral_descent || rule == Rule::spectral_flow;
    if (!flow) all.push_back(keys::learning_rate("step size; a step changes Q by this order at any d"));
    const std::string becomes = "singular values s of the gradient become s / sqrt(s^2 + regularization)";
    if (spectral && flow)
        all.push_back(keys::real("regularization", becomes).written("\\epsilon").above(0).otherwise(1e-4));
    if (spectral && !flow) {
        all.push_back(keys::real("regularization", becomes + "; 0: all become 1")
                          .written("\\epsilon")
                          .at_least(0)
                          .otherwise(0.0));
        all.push_back(
            keys::choice("polar",
                         "how the polar factor is computed: exactly, or by so many steps of an iteration "
                         "(which then is what is studied: muon's does not converge to it)",
                         {"exact", "newton-schulz", "muon"}));
        all.push_back(keys::integer("polar_steps", "steps of the iteration")
                          .at_least(1)
                          .at_most(1000)
                          .otherwise(std::int64_t{5}));
    }
    return all;
}

std::vector<Key> data_keys(Rule rule) {
    if (rule != Rule::gradient_descent && rule != Rule::spectral_descent) return {};
    return {keys::real("sample_ratio",
                       "a data set of n = sample_ratio * d samples, all of them in every step; absent, like "
                       "[data]: the population loss")
                .written("\\alpha")
                .above(0),
            keys::real("batch_ratio", "batch_ratio * d fresh samples in every step").written("b").above(0)};
}

namespace {

bool read_blocks(const Table& table, InputLaw& law, Complaints& complaints) {
    const auto list = [&](const char* key, const std::vector<double>& standard) {
        if (!table.given(key)) return standard;
        const std::vector<double>& given = table.reals(key);
        if (given.size() != law.variances.size())
            complaints.add(table.complain(key, fmt::format("has {} entries, but there are {} block_variances",
                                                           given.size(), law.variances.size())));
        else if (std::ranges::any_of(given, [](double share) { return !(share >= 0.0); }) ||
                 std::abs(std::accumulate(given.begin(), given.end(), 0.0) - 1.0) > 1e-9)
            complaints.add(table.complain(key, "must be shares that add up to 1"));
        return given;
    };
    law.kind = InputLaw::Kind::blocks;
    law.variances = table.reals("block_variances");
    if (law.variances.empty() || std::ranges::any_of(law.variances, [](double c) { return !(c > 0.0); })) {
        complaints.add(table.complain("block_variances", "must be positive numbers"));
        return false;
    }
    const std::size_t before = complaints.sentences().size();
    const std::vector<double> equal(law.variances.size(), 1.0 / static_cast<double>(law.variances.size()));
    law.fractions = list("block_fractions", equal);
    law.teacher_shares = list("teacher_shares", law.fractions);
    return complaints.sentences().size() == before;
}

bool read_inputs(const Table& table, QuadraticNetwork& problem, Complaints& complaints) {
    InputLaw& law = problem.inputs;
    const int ways = (table.given("spike") ? 1 : 0) + (table.given("block_variances") ? 1 : 0) +
                     (table.given("power_law") ? 1 : 0);
    if (ways > 1) {
        complaints.add(fmt::format("{}: give one of spike, block_variances and power_law", table.place()));
        return false;
    }
    for (const auto& [key, owner] : {std::pair{"spike_overlap", "spike"},
                                     {"block_fractions", "block_variances"},
                                     {"teacher_shares", "block_variances"}})
        if (table.given(key) && !table.given(owner))
            complaints.add(table.complain(key, fmt::format("has a meaning with {} only", owner)));
    if (table.given("block_variances") || table.given("power_law")) {
        if (problem.teachers() > 1) {
            complaints.add(table.complain("teacher_strengths",
                                          "must be a single one with block_variances or a power_law"));
            return false;
        }
        if (table.given("block_variances")) return read_blocks(table, law, complaints);
        law.kind = InputLaw::Kind::power_law;
        law.exponent = table.real("power_law");
        return true;
    }
    law.has_spike = table.given("spike");
    if (law.has_spike) law.spike = table.real("spike");
    law.spike_overlap = table.real("spike_overlap");
    return true;
}

}  // namespace

bool read_problem(const ProblemTables& tables, QuadraticNetwork& problem, Complaints& complaints) {
    const Table& table = tables.problem;
    problem.students = static_cast<std::size_t>(table.integer("students"));
    problem.label_noise = table.real("label_noise");
    if (table.given("teacher_strengths")) {
        problem.strengths = table.reals("teacher_strengths");
        if (problem.strengths.empty() ||
            std::ranges::any_of(problem.strengths, [](double mu) { return !(mu > 0.0); })) {
            complaints.add(table.complain("teacher_strengths", "must be positive numbers"));
            return false;
        }
    }
    return read_inputs(table, problem, complaints);
}

void read_algorithm(Rule rule, const ProblemTables& tables, QuadraticNetwork& problem,
                    Complaints& complaints) {
    const Table& table = tables.algorithm;
    Algorithm& algorithm = problem.algorithm;
    algorithm.rule = rule;
    if (table.has("learning_rate")) algorithm.learning_rate = table.real("learning_rate");
    if (table.has("regularization")) algorithm.regularization = table.real("regularization");
    if (table.has("polar")) {
        const std::string& polar = table.text("polar");
        algorithm.polar = polar == "muon"            ? Polar::muon
                          : polar == "newton-schulz" ? Polar::newton_schulz
                                                     : Polar::exact;
        algorithm.polar_steps = static_cast<int>(table.integer("polar_steps"));
        if (algorithm.polar == Polar::exact && table.given("polar_steps"))
            complaints.add(table.complain("polar_steps", "has no meaning with algorithm.polar = \"exact\""));
        if (algorithm.polar != Polar::exact && algorithm.regularization > 0.0)
            complaints.add(table.complain("regularization", "is for algorithm.polar = \"exact\""));
    }
    if (rule == Rule::online_sgd) algorithm.source = Source::fresh;
    for (const auto& [key, source] :
         {std::pair{"sample_ratio", Source::data_set}, {"batch_ratio", Source::fresh}})
        if (tables.data.given(key)) {
            if (algorithm.source != Source::population)
                complaints.add(tables.data.complain(key, "give sample_ratio or batch_ratio, not both"));
            algorithm.source = source;
            algorithm.ratio = tables.data.real(key);
        }
}

}  // namespace hidyn::quadratic_network
