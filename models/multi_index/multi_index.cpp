// SPDX-License-Identifier: MIT
#include "models/multi_index/multi_index.hpp"

#include <algorithm>
#include <cmath>

#include "core/counts.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::multi_index {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::vector<double> entries(const Rows& matrix) {
    return {matrix.data(), matrix.data() + matrix.size()};
}

}  // namespace

const char* name_of(Rule rule) {
    switch (rule) {
        case Rule::sgd:
            return "sgd";
        case Rule::gradient_descent:
            return "gradient-descent";
        case Rule::gradient_flow:
            return "gradient-flow";
        case Rule::stochastic_modified_equation:
            return "stochastic-modified-equation";
    }
    return "";
}

std::vector<std::string> algorithm_names() {
    std::vector<std::string> names;
    for (const Rule rule :
         {Rule::sgd, Rule::gradient_descent, Rule::gradient_flow, Rule::stochastic_modified_equation})
        names.emplace_back(name_of(rule));
    return names;
}

std::uint64_t BatchSize::of(std::uint64_t samples) const {
    const auto n = static_cast<double>(samples);
    double size = static_cast<double>(number);
    if (power) size = std::round(std::pow(n, *power));
    if (fraction) size = std::round(*fraction * n);
    return static_cast<std::uint64_t>(std::max(size, 1.0));
}

std::uint64_t MultiIndex::samples(std::uint64_t d) const {
    return counted(sample_ratio, d);
}

std::optional<double> MultiIndex::finite_step() const {
    if (algorithm.time_step) return algorithm.time_step;
    if (algorithm.rule == Rule::sgd && algorithm.batch.fraction)
        return sample_ratio * *algorithm.batch.fraction;
    return std::nullopt;
}

bool MultiIndex::linear_regression() const {
    const Link& student = loss.link();
    const Link& teacher = label.teacher();
    return students() == 1 && teachers() == 1 && student.linear() && student.weights()[0] == 1.0 &&
           teacher.linear() && teacher.weights()[0] == 1.0 && loss.loss().is_square() &&
           loss.loss().factor() == 1.0 && label.channel() == LabelChannel::additive;
}

Observables::Observables(const MultiIndex& problem) {
    const std::size_t students = problem.students();
    const std::size_t teachers = problem.teachers();
    const Recording& recording = problem.recording;
    Q = add(teacher_student::student_overlaps(students));
    R = add(teacher_student::student_teacher_overlaps(students, teachers));
    train_loss = add("train_loss", "training loss", "L_n", "(1/n) sum_i l(f(lambda_i), y_i), without ridge");
    test_error =
        add(problem.classifies()
                ? Observable{.name = "classification_error",
                             .long_name = "classification error",
                             .symbol = "\\epsilon_c",
                             .normalization = "P(sign f != sign f*) on a fresh sample, noiseless teacher",
                             .derived = true}
                : teacher_student::generalization_error());
    overlap = add({.name = "overlap",
                   .long_name = "normalized overlap",
                   .symbol = "m_{im}",
                   .normalization = "R_im / sqrt(Q_ii T_mm)",
                   .dimensions = {{"student", students}, {"teacher", teachers}},
                   .derived = true});
    if (recording.two_time)
        C = add("C", "two-time overlap", "C(t, s)", "W(t) W(s)^T / d",
                {Dimension::times("time_2", recording.grid.times),
                 {"student", students},
                 {"student_2", students}});
    if (!recording.response_at.empty())
        response = add("response", "linear response", "R_w(t, s)",
                       "(1/d) sum_j dW_kj(t) / dh_lj(s), h added to the weights at time s",
                       {Dimension::times("source_time", recording.response_at),
                        {"student", students},
                        {"student_2", students}});
}

std::vector<Observable> MultiIndex::observables() const {
    return Observables(*this).all();
}

Recovery::Recovery(const MultiIndex& problem) : ObservableList(Observables(problem).end()) {
    if (problem.recovery_threshold)
        recovered =
            add({.name = "recovered",
                 .long_name = "share of recovered runs",
                 .symbol = "P",
                 .normalization =
                     "1 if R^2 / (Q T) > recovery_threshold, else 0; its mean is the probability of success",
                 .derived = true,
                 .own = true});
}

double MultiIndex::steps_per_unit_time(double d) const {
    if (const std::optional<double> step = finite_step();
        step && !(algorithm.rule == Rule::sgd && !algorithm.time_step))
        return 1.0 / *step;
    if (algorithm.rule == Rule::sgd)
        return d / static_cast<double>(algorithm.batch.of(samples(static_cast<std::uint64_t>(d))));
    return 0.0;
}

std::vector<Problem::StartArray> MultiIndex::start() const {
    return {{teacher_student::student_overlaps(students()), entries(initial.Q)},
            {teacher_student::student_teacher_overlaps(students(), teachers()), entries(initial.R)},
            {teacher_student::teacher_overlaps(teachers()), entries(initial.T)}};
}

}  // namespace hidyn::multi_index
