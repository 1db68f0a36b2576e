// SPDX-License-Identifier: MIT
#include "models/generalized_linear/declaration/sections.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "core/keys.hpp"
#include "core/machine.hpp"
#include "models/generalized_linear/declaration/start.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "models/teacher_student/network.hpp"
#include "models/teacher_student/sample_section.hpp"

namespace hidyn::generalized_linear {

std::vector<Key> problem_keys() {
    return {
        teacher_student::link_key(),
        teacher_student::teacher_link_key(),
        teacher_student::loss_key({"square", "logistic", "huber", "pseudo-huber"}),
        teacher_student::loss_scale_key(),
        keys::choice(
            "label_channel",
            "the label: f* + noise, its sign (1 or -1), its magnitude, or 1 with probability 1 / (1 + "
            "exp(-f*)) and else -1",
            {"additive", "sign", "magnitude", "logistic"}),
        teacher_student::label_noise_key(),
        keys::choice("prior", "law of the signal's entries; its norm is made exact, d T",
                     {"gaussian", "rademacher", "bernoulli-gauss"})
            .written("P_0"),
        keys::boolean("debiased_quantiles",
                      "record quantiles of the debiased iterate, to be drawn against those of the normal law",
                      false),
        keys::real("sparsity", "share of the signal's entries that are not zero (prior \"bernoulli-gauss\")")
            .written("\\rho_0")
            .above(0)
            .at_most(1)};
}

std::vector<Key> design_keys() {
    return {keys::choice("design", "law of the inputs' entries, standardised to mean 0 and variance 1",
                         {"gaussian", "rademacher", "bernoulli", "student-t"}),
            keys::real("design_probability", "probability of a one in a Bernoulli design; absent: 0.1")
                .written("p")
                .above(0)
                .below(1),
            keys::real("degrees_of_freedom", "of a Student-t design; absent: 6").written("\\nu").above(2)};
}

std::vector<Key> data_keys() {
    return keys::joined({keys::sample_ratio("samples per dimension: n = sample_ratio * d")}, design_keys());
}

namespace {

DesignLaw read_design(const Table& data, Complaints& complaints) {
    DesignLaw law;
    const std::string& name = data.text("design");
    law.kind = name == "rademacher"  ? Design::rademacher
               : name == "bernoulli" ? Design::bernoulli
               : name == "student-t" ? Design::student_t
                                     : Design::gaussian;
    if (data.given("design_probability")) {
        law.probability = data.real("design_probability");
        if (law.kind != Design::bernoulli)
            complaints.add(
                data.complain("design_probability", "has a meaning for design = \"bernoulli\" only"));
    }
    if (data.given("degrees_of_freedom")) {
        law.degrees_of_freedom = data.real("degrees_of_freedom");
        if (law.kind != Design::student_t)
            complaints.add(
                data.complain("degrees_of_freedom", "has a meaning for design = \"student-t\" only"));
    }
    return law;
}

SignalLaw read_signal(const Table& problem, const OrderParameters& start, const Table& initial,
                      Complaints& complaints) {
    SignalLaw law;
    const std::string& name = problem.text("prior");
    law.prior = name == "rademacher"        ? Prior::rademacher
                : name == "bernoulli-gauss" ? Prior::bernoulli_gauss
                                            : Prior::gaussian;
    if (law.prior == Prior::bernoulli_gauss) {
        if (problem.given("sparsity"))
            law.sparsity = problem.real("sparsity");
        else
            complaints.add(fmt::format("{}: sparsity is missing: the share of entries that are not zero",
                                       problem.place()));
    } else if (problem.given("sparsity")) {
        complaints.add(problem.complain("sparsity", "has a meaning for prior = \"bernoulli-gauss\" only"));
    }
    if (law.prior == Prior::rademacher && std::abs(start.T(0, 0) - 1.0) > 1e-12)
        complaints.add(
            initial.complain("T", "must be 1 for prior = \"rademacher\", whose entries are 1 and -1"));
    return law;
}

void check_labels(const GeneralizedLinear& problem, const Table& table, Complaints& complaints) {
    if (problem.loss.loss().of_margin() && !problem.label.binary())
        complaints.add(
            table.complain("loss", "needs labels 1 and -1: label_channel = \"sign\" or \"logistic\""));
    if (problem.label.channel() == LabelChannel::logistic && problem.label.noise_variance() > 0.0)
        complaints.add(table.complain("label_noise",
                                      "is for the other channels: logistic labels are random themselves"));
}

void check_times(const TimeGrid& grid, const std::string& place, Complaints& complaints) {
    for (const double time : grid.times)
        if (time != std::round(time)) {
            complaints.add(fmt::format(
                "{}: time {} is recorded, but time counts iterations: give whole numbers, such as "
                "end = 20 with points = 21",
                place, time));
            return;
        }
}

/// All but the start, and the signal, which may depend on it.
void read_setting(const ProblemTables& tables, GeneralizedLinear& problem, Complaints& complaints) {
    if (tables.data.has("sample_ratio")) problem.sample_ratio = tables.data.real("sample_ratio");
    problem.recording = tables.recording;
    problem.quantiles = tables.problem.boolean("debiased_quantiles");
    check_labels(problem, tables.problem, complaints);
    check_times(tables.recording.grid, tables.problem.place(), complaints);
    problem.design = read_design(tables.data, complaints);
    if (!tables.recording.response_at.empty())
        complaints.add(fmt::format(
            "{}: [time] response_at has no meaning here; two_time = true records the responses tau "
            "and rho",
            tables.problem.place()));
}

}  // namespace

std::optional<Answers> read_answers(const Table& table, Complaints& complaints) {
    std::optional<teacher_student::Link> student = teacher_student::read_link(table, "link", 1, complaints);
    std::optional<teacher_student::Link> teacher =
        table.given("teacher_link") ? teacher_student::read_link(table, "teacher_link", 1, complaints)
                                    : student;
    std::optional<teacher_student::Loss> loss = teacher_student::read_loss(table, complaints);
    if (!student || !teacher || !loss) return std::nullopt;
    const std::string& name = table.text("label_channel");
    const LabelChannel channel = name == "sign"        ? LabelChannel::sign
                                 : name == "magnitude" ? LabelChannel::magnitude
                                 : name == "logistic"  ? LabelChannel::logistic
                                                       : LabelChannel::additive;
    return Answers{SampleLoss(std::move(*student), std::move(*loss)),
                   Label(std::move(*teacher), channel, table.real("label_noise"))};
}

bool read_sections(const ProblemTables& tables, const spectral::Theory& theory, GeneralizedLinear& problem,
                   Complaints& complaints) {
    read_setting(tables, problem, complaints);
    if (!read_start(tables, theory, problem, complaints)) return false;
    problem.signal = read_signal(tables.problem, problem.initial, tables.initial, complaints);
    return true;
}

bool read_sections_without_start(const ProblemTables& tables, GeneralizedLinear& problem,
                                 Complaints& complaints) {
    read_setting(tables, problem, complaints);
    if (!read_signal_norm(tables, problem, complaints)) return false;
    problem.signal = read_signal(tables.problem, problem.initial, tables.initial, complaints);
    return true;
}

void check_memory(const GeneralizedLinear& problem, const Table& route, const RouteInfo& info,
                  Complaints& complaints) {
    const auto n = static_cast<double>(problem.samples(info.d));
    const double threads =
        static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), route.integer("replicas")));
    const double needed = threads * Samples::bytes(n, static_cast<double>(info.d));
    if (needed > machine_memory())
        complaints.add(route.complain(
            "d",
            fmt::format("{} samples in d = {} take {:.3g} GB on {} threads, but this machine has {:.3g} GB",
                        n, info.d, needed / 1e9, threads, machine_memory() / 1e9)));
}

void check_no_iterations(const ProblemTables& tables, Complaints& complaints) {
    const std::vector<double>& times = tables.recording.grid.times;
    // Times that could not be read have their own complaint.
    if (!times.empty() && times != std::vector<double>{0.0})
        complaints.add(fmt::format("{}: algorithm.kind = \"{}\" has no iterations: give [time] at = [0]",
                                   tables.problem.place(), tables.algorithm_kind));
}

}  // namespace hidyn::generalized_linear
