#include "models/multi_index/multi_index.hpp"

#include <algorithm>
#include <cmath>

#include "models/teacher_student/initial.hpp"

namespace hidyn::multi_index {

using teacher_student::flatten;

std::uint64_t BatchSize::of(std::uint64_t samples) const {
    const auto n = static_cast<double>(samples);
    double size = static_cast<double>(number);
    if (power) size = std::round(std::pow(n, *power));
    if (fraction) size = std::round(*fraction * n);
    return static_cast<std::uint64_t>(std::max(size, 1.0));
}

std::uint64_t MultiIndex::samples(std::uint64_t d) const {
    return static_cast<std::uint64_t>(std::max(1.0, std::round(sample_ratio * static_cast<double>(d))));
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

std::vector<Observable> declare_observables(std::size_t students, std::size_t teachers, bool classifies,
                                            const Recording& recording) {
    std::vector<Observable> declared{teacher_student::student_overlaps(students),
                                     teacher_student::student_teacher_overlaps(students, teachers),
                                     {.name = "train_loss",
                                      .long_name = "training loss",
                                      .symbol = "L_n",
                                      .normalization = "(1/n) sum_i l(f(lambda_i), y_i), without ridge"}};
    if (classifies)
        declared.push_back({.name = "classification_error",
                            .long_name = "classification error",
                            .symbol = "\\epsilon_c",
                            .normalization = "P(sign f != sign f*) on a fresh sample, noiseless teacher",
                            .derived = true});
    else
        declared.push_back(teacher_student::generalization_error());
    declared.push_back({.name = "overlap",
                        .long_name = "normalized overlap",
                        .symbol = "m_{im}",
                        .normalization = "R_im / sqrt(Q_ii T_mm)",
                        .dimensions = {{"student", students}, {"teacher", teachers}},
                        .derived = true});
    if (recording.two_time)
        declared.push_back({.name = "C",
                            .long_name = "two-time overlap",
                            .symbol = "C(t, s)",
                            .normalization = "W(t) W(s)^T / d",
                            .dimensions = {Dimension::times("time_2", recording.grid.times),
                                           {"student", students},
                                           {"student_2", students}}});
    if (!recording.response_at.empty())
        declared.push_back(
            {.name = "response",
             .long_name = "linear response",
             .symbol = "R_w(t, s)",
             .normalization = "(1/d) sum_j dW_kj(t) / dh_lj(s), h added to the weights at time s",
             .dimensions = {Dimension::times("source_time", recording.response_at),
                            {"student", students},
                            {"student_2", students}}});
    return declared;
}

std::vector<Observable> MultiIndex::observables() const {
    return declare_observables(students(), teachers(), classifies(), recording);
}

Observable recovered() {
    return {.name = "recovered",
            .long_name = "share of recovered runs",
            .symbol = "P",
            .normalization =
                "1 if R^2 / (Q T) > recovery_threshold, else 0; its mean is the probability of success",
            .derived = true,
            .own = true};
}

std::vector<Observable> recovery_observables(const MultiIndex& problem) {
    return problem.recovery_threshold ? std::vector<Observable>{recovered()} : std::vector<Observable>{};
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
    std::vector<StartArray> arrays;
    for (Observable& what : declare_observables(students(), teachers(), false, {}))
        if (what.name == "Q" || what.name == "R") arrays.push_back({std::move(what), {}});
    arrays.push_back({teacher_student::teacher_overlaps(teachers()), {}});
    flatten(initial.Q, arrays[0].values);
    flatten(initial.R, arrays[1].values);
    flatten(initial.T, arrays[2].values);
    return arrays;
}

}  // namespace hidyn::multi_index
