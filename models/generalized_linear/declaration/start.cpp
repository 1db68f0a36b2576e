// SPDX-License-Identifier: MIT
#include "models/generalized_linear/declaration/start.hpp"

#include "core/keys.hpp"
#include "models/spectral/section.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::generalized_linear {
namespace {

void complain_about_second_layer(const Table& initial, Complaints& complaints) {
    for (const char* key : {"second_layer", "per_replica"})
        if (initial.given(key)) complaints.add(initial.complain(key, "has no meaning here"));
}

/// T alone, where there is no other start to be given.
std::optional<double> read_norm(const Table& initial, Complaints& complaints) {
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

/// A start of the data's own making: what is predicted of its overlaps stands in for given ones.
bool read_spectral_start(const ProblemTables& tables, const spectral::Theory& theory,
                         GeneralizedLinear& problem, Complaints& complaints) {
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
    const std::optional<double> T = read_norm(initial, complaints);
    if (!T) return false;
    const double Delta = problem.label.noise_variance() / *T;
    std::optional<spectral::Preprocessing> preprocessing =
        spectral::read_preprocessing(initial, Delta, problem.sample_ratio, complaints);
    if (!preprocessing) return false;
    const spectral::Prediction prediction = theory.predict(*preprocessing, Delta, problem.sample_ratio);
    problem.initial = start_with(*T * prediction.squared_overlap, *T);
    problem.spectral = SpectralStart{std::move(*preprocessing), prediction};
    return true;
}

}  // namespace

std::vector<Key> initial_keys() {
    std::vector<Key> all = teacher_student::initial_keys();
    for (Key& key : all)
        if (key.name == "kind") {
            key.meaning =
                "order parameters as given, or drawn from random weights, or along the leading eigenvector "
                "of a weighted covariance of the inputs, scaled to the overlap that theory predicts (amp and "
                "spectral-estimator)";
            key.choices.emplace_back("spectral");
        }
    return keys::joined(std::move(all), spectral::preprocessing_keys());
}

bool read_signal_norm(const ProblemTables& tables, GeneralizedLinear& problem, Complaints& complaints) {
    complain_about_second_layer(tables.initial, complaints);
    for (const char* key : {"kind", "Q", "R", "scale", "seed", "reference_d", "teacher", "preprocessing",
                            "preprocessing_bound"})
        if (tables.initial.given(key))
            complaints.add(tables.initial.complain(key, "has no meaning here: there is no start"));
    const std::optional<double> T = read_norm(tables.initial, complaints);
    if (T) problem.initial = start_with(0.0, *T);
    return T.has_value();
}

bool read_start(const ProblemTables& tables, const spectral::Theory& theory, GeneralizedLinear& problem,
                Complaints& complaints) {
    complain_about_second_layer(tables.initial, complaints);
    if (tables.initial.text("kind") == "spectral")
        return read_spectral_start(tables, theory, problem, complaints);
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

}  // namespace hidyn::generalized_linear
