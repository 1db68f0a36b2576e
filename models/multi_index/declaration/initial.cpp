// SPDX-License-Identifier: MIT
#include "models/multi_index/declaration/initial.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/keys.hpp"
#include "models/spectral/section.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::multi_index {
namespace {

Eigen::MatrixXd number(double value) {
    return Eigen::MatrixXd::Constant(1, 1, value);
}

std::optional<double> read_norm(const Table& initial, const char* key, double standard,
                                Complaints& complaints) {
    if (!initial.given(key)) return standard;
    const RealMatrix& given = initial.matrix(key);
    if (given.size() == 1 && given.front().size() == 1 && given[0][0] > 0.0) return given[0][0];
    complaints.add(initial.complain(key, "must be one positive number, as in [[1.0]]"));
    return std::nullopt;
}

/// y = lambda*^2 exactly: the label's root is the magnitude that preprocessings are made for.
bool labels_are_squares(const Label& label) {
    const math::Activation* teacher = label.teacher().activation();
    return teacher != nullptr && teacher->coefficients() == std::vector<double>{0.0, 0.0, 1.0} &&
           label.teacher().weights()[0] == 1.0 && label.channel() == LabelChannel::additive &&
           label.noise_variance() == 0.0;
}

/// The preprocessing, and the overlap that is predicted of it.
bool read_spectral(const Table& initial, const spectral::Theory& theory, MultiIndex& problem,
                   Complaints& complaints) {
    if (!labels_are_squares(problem.label)) {
        complaints.add(initial.complain(
            "kind",
            "\"spectral\" is for labels that are the square of one teacher's preactivation, without "
            "label_noise: it weights samples by a function of their magnitude"));
        return false;
    }
    std::optional<spectral::Preprocessing> preprocessing =
        spectral::read_preprocessing(initial, 0.0, problem.sample_ratio, complaints);
    if (!preprocessing) return false;
    const double squared = theory.predict(*preprocessing, 0.0, problem.sample_ratio).squared_overlap;
    if (squared == 0.0) {
        complaints.add(initial.complain(
            "kind", fmt::format("\"spectral\" has no overlap with the signal at sample_ratio = {} with this "
                                "preprocessing (the best one has above {:.4g}); use more samples, or kind = "
                                "\"random-direction\"",
                                problem.sample_ratio, theory.weak_recovery_ratio(0.0))));
        return false;
    }
    problem.initial.R = (problem.initial.Q * problem.initial.T * squared).cwiseSqrt();
    problem.spectral = std::move(preprocessing);
    return true;
}

bool read_direction(const std::string& kind, const Table& initial, const spectral::Theory& theory,
                    MultiIndex& problem, Complaints& complaints) {
    for (const char* key : {"R", "scale", "seed", "reference_d", "teacher"})
        if (initial.given(key))
            complaints.add(
                initial.complain(key, fmt::format("has no meaning with initial.kind = \"{}\"", kind)));
    if (problem.students() != 1 || problem.teachers() != 1) {
        complaints.add(initial.complain(
            "kind", fmt::format("\"{}\" is for one student and one teacher, but K = {} and M = {}", kind,
                                problem.students(), problem.teachers())));
        return false;
    }
    const std::optional<double> T = read_norm(initial, "T", 1.0, complaints);
    if (!T) return false;
    const std::optional<double> Q = read_norm(initial, "Q", *T, complaints);
    if (!Q) return false;
    problem.initial = {.Q = number(*Q), .R = number(0.0), .T = number(*T), .v = Eigen::VectorXd::Ones(1)};
    if (kind == "spectral") return read_spectral(initial, theory, problem, complaints);
    problem.random_direction = true;
    return true;
}

}  // namespace

std::vector<Key> initial_keys() {
    std::vector<Key> own = teacher_student::initial_keys();
    for (Key& key : own) {
        if (key.name == "kind") {
            key.meaning =
                "order parameters as given, or drawn once from random weights; with one student: "
                "random-direction, drawn uniformly and anew in each replica, R ~ sqrt(Q T / d) N(0, 1) (0 in "
                "theories), or spectral, along the leading eigenvector of a weighted covariance of each "
                "replica's data (simulations of phase retrieval)";
            key.choices.emplace_back("random-direction");
            key.choices.emplace_back("spectral");
        }
        if (key.name == "Q")
            key.meaning =
                "student overlaps W W^T / d at the start, K x K (not for kind \"random\"; absent for a "
                "direction: T)";
    }
    return keys::joined(std::move(own), spectral::preprocessing_keys());
}

bool read_initial(const ProblemTables& tables, const spectral::Theory& theory, MultiIndex& problem,
                  Complaints& complaints) {
    const Table& initial = tables.initial;
    for (const char* key : {"second_layer", "per_replica"})
        if (initial.given(key))
            complaints.add(initial.complain(
                key, fmt::format(
                         "has no meaning for {}: its second layer is fixed and all replicas share one start",
                         tables.algorithm_kind)));
    const std::string& kind = initial.text("kind");
    if (kind != "spectral")
        for (const char* key : {"preprocessing", "preprocessing_bound"})
            if (initial.given(key))
                complaints.add(initial.complain(key, "has a meaning with initial.kind = \"spectral\" only"));
    if (kind == "random-direction" || kind == "spectral")
        return read_direction(kind, initial, theory, problem, complaints);
    teacher_student::Starts starts = teacher_student::read_starts(
        tables, static_cast<Eigen::Index>(problem.teachers()),
        Eigen::VectorXd::Ones(static_cast<Eigen::Index>(problem.students())), complaints);
    if (starts.list.empty()) return false;
    problem.initial = std::move(starts.list.front());
    return true;
}

}  // namespace hidyn::multi_index
