#include "models/generalized_linear/declaration/sections.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "core/machine.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "models/teacher_student/initial.hpp"
#include "models/teacher_student/network.hpp"
#include "models/teacher_student/sample_section.hpp"

namespace hidyn::generalized_linear {

Key real_key(const char* name, std::string meaning, const char* symbol, Range range,
             std::optional<Value> standard) {
    return {.name = name,
            .type = KeyType::real,
            .meaning = std::move(meaning),
            .symbol = symbol,
            .range = range,
            .standard = std::move(standard)};
}

std::vector<Key> problem_keys() {
    return {
        teacher_student::link_key(),
        teacher_student::teacher_link_key(),
        teacher_student::loss_key({"square", "logistic", "huber", "pseudo-huber"}),
        teacher_student::loss_scale_key(),
        {.name = "label_channel",
         .type = KeyType::choice,
         .meaning =
             "the label: f* + noise, its sign (1 or -1), its magnitude, or 1 with probability 1 / (1 + "
             "exp(-f*)) and else -1",
         .choices = {"additive", "sign", "magnitude", "logistic"},
         .standard = std::string("additive")},
        teacher_student::label_noise_key(),
        {.name = "prior",
         .type = KeyType::choice,
         .meaning = "law of the signal's entries; its norm is made exact, d T",
         .symbol = "P_0",
         .choices = {"gaussian", "rademacher", "bernoulli-gauss"},
         .standard = std::string("gaussian")},
        {.name = "debiased_quantiles",
         .type = KeyType::boolean,
         .meaning = "record quantiles of the debiased iterate, to be drawn against those of the normal law",
         .standard = false},
        real_key("sparsity", "share of the signal's entries that are not zero (prior \"bernoulli-gauss\")",
                 "\\rho_0", {.minimum = 0, .maximum = 1, .above_minimum = true}, {})};
}

std::vector<Key> data_keys() {
    Key ratio = real_key("sample_ratio", "samples per dimension: n = sample_ratio * d", "\\alpha",
                         {.minimum = 0, .above_minimum = true}, {});
    ratio.required = true;
    return {ratio,
            {.name = "design",
             .type = KeyType::choice,
             .meaning = "law of the inputs' entries, standardised to mean 0 and variance 1",
             .choices = {"gaussian", "rademacher", "bernoulli", "student-t"},
             .standard = std::string("gaussian")},
            real_key("design_probability", "probability of a one in a Bernoulli design; absent: 0.1", "p",
                     {.minimum = 0, .maximum = 1, .above_minimum = true}, {}),
            real_key("degrees_of_freedom", "of a Student-t design; absent: 6", "\\nu",
                     {.minimum = 2, .above_minimum = true}, {})};
}

std::vector<Key> initial_keys() {
    std::vector<Key> keys = teacher_student::initial_keys();
    for (Key& key : keys)
        if (key.name == "kind") {
            key.meaning =
                "order parameters as given, or drawn from random weights, or along the leading eigenvector "
                "of a "
                "weighted covariance of the inputs (amp and spectral-estimator)";
            key.choices.emplace_back("spectral");
        }
    for (Key& key : spectral::preprocessing_keys()) keys.push_back(std::move(key));
    return keys;
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
        if (law.probability >= 1.0)
            complaints.add(
                data.complain("design_probability", "must be less than 1: all inputs would be the same"));
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

/// T alone, where there is no other start to be given.
std::optional<double> read_signal_norm(const Table& initial, Complaints& complaints) {
    if (!initial.given("T")) return 1.0;
    const RealMatrix& given = initial.matrix("T");
    if (given.size() == 1 && given.front().size() == 1 && given[0][0] > 0.0) return given[0][0];
    complaints.add(initial.complain("T", "must be one positive number, as in [[1.0]]"));
    return std::nullopt;
}

/// Q = R = q.
OrderParameters start_with(double q, double T) {
    const auto one = [](double value) { return Eigen::MatrixXd::Constant(1, 1, value); };
    return {.Q = one(q), .R = one(q), .T = one(T), .v = Eigen::VectorXd::Ones(1)};
}

/// No start at all.
bool read_signal_only(const ProblemTables& tables, GeneralizedLinear& problem, Complaints& complaints) {
    for (const char* key : {"kind", "Q", "R", "scale", "seed", "reference_d", "teacher", "preprocessing",
                            "preprocessing_bound"})
        if (tables.initial.given(key))
            complaints.add(tables.initial.complain(key, "has no meaning here: there is no start"));
    const std::optional<double> T = read_signal_norm(tables.initial, complaints);
    if (T) problem.initial = start_with(0.0, *T);
    return T.has_value();
}

/// A start of the data's own making: what is predicted of its overlaps stands in for given ones.
bool read_spectral_start(const ProblemTables& tables, GeneralizedLinear& problem, Complaints& complaints) {
    const Table& initial = tables.initial;
    for (const char* key : {"Q", "R", "scale", "seed", "reference_d", "teacher"})
        if (initial.given(key))
            complaints.add(initial.complain(key, "has no meaning with initial.kind = \"spectral\""));
    const LabelChannel channel = problem.label.channel();
    if (!problem.knows_channel() ||
        (channel != LabelChannel::additive && channel != LabelChannel::magnitude)) {
        complaints.add(
            initial.complain("kind",
                             "\"spectral\" is for a linear teacher_link with label_channel = \"additive\" or "
                             "\"magnitude\": the sign of a preactivation tells nothing about its square"));
        return false;
    }
    const std::optional<double> T = read_signal_norm(initial, complaints);
    if (!T) return false;
    const double Delta = problem.label.noise_variance() / *T;
    std::optional<spectral::Preprocessing> preprocessing =
        spectral::read_preprocessing(initial, Delta, problem.sample_ratio, complaints);
    if (!preprocessing) return false;
    const spectral::Prediction prediction = spectral::predict(*preprocessing, Delta, problem.sample_ratio);
    problem.initial = start_with(*T * prediction.squared_overlap, *T);
    problem.spectral = SpectralStart{std::move(*preprocessing), prediction};
    return true;
}

bool read_start(const ProblemTables& tables, GeneralizedLinear& problem, bool has_start,
                Complaints& complaints) {
    for (const char* key : {"second_layer", "per_replica"})
        if (tables.initial.given(key)) complaints.add(tables.initial.complain(key, "has no meaning here"));
    if (!has_start) return read_signal_only(tables, problem, complaints);
    if (tables.initial.text("kind") == "spectral") return read_spectral_start(tables, problem, complaints);
    for (const char* key : {"preprocessing", "preprocessing_bound"})
        if (tables.initial.given(key))
            complaints.add(
                tables.initial.complain(key, "has a meaning with initial.kind = \"spectral\" only"));
    teacher_student::Starts starts =
        teacher_student::read_starts(tables, 1, Eigen::VectorXd::Ones(1), complaints);
    if (starts.list.empty()) return false;
    problem.initial = std::move(starts.list.front());
    if (problem.T() <= 0.0)
        complaints.add(tables.initial.complain("T", "must be positive: there is no signal"));
    return true;
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

bool read_sections(const ProblemTables& tables, GeneralizedLinear& problem, Complaints& complaints,
                   bool has_start) {
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
    if (!read_start(tables, problem, has_start, complaints)) return false;
    problem.signal = read_signal(tables.problem, problem.initial, tables.initial, complaints);
    return true;
}

void check_memory(const Problem& base, const Table& route, const RouteInfo& info, const TimeGrid&,
                  Complaints& complaints) {
    const auto n = static_cast<double>(dynamic_cast<const GeneralizedLinear&>(base).samples(info.d));
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
