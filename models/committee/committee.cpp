// SPDX-License-Identifier: MIT
#include "models/committee/committee.hpp"

#include "models/teacher_student/initial.hpp"

namespace hidyn::committee {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Observable second_layer_weights(std::size_t students) {
    return {.name = "second_layer",
            .long_name = "second-layer weights",
            .symbol = "v_i",
            .normalization = "f(x) = sum_i v_i g(lambda_i)",
            .dimensions = {{"student", students}}};
}

}  // namespace

Observables::Observables(const Committee& problem) {
    Q = add(teacher_student::student_overlaps(problem.students));
    R = add(teacher_student::student_teacher_overlaps(problem.students, problem.teachers));
    generalization_error = add(teacher_student::generalization_error());
    if (problem.algorithm.trains_second_layer()) second_layer = add(second_layer_weights(problem.students));
    if (!problem.escape_overlap) return;
    escaped = add("escaped", "escaped", "1[t_\\theta \\leq t]",
                  "1 once R^2 / (Q T) has reached escape_overlap, else 0; its mean over replicas is the "
                  "distribution function of escape times");
    escape_time = add("escape_time", "escape time", "\\min(t_\\theta, t)",
                      "first time with R^2 / (Q T) >= escape_overlap, or t before it, in steps / d");
}

std::vector<Observable> Committee::observables() const {
    return Observables(*this).all();
}

std::vector<Problem::StartArray> Committee::start() const {
    std::vector<StartArray> arrays{{teacher_student::student_overlaps(students), {}},
                                   {teacher_student::student_teacher_overlaps(students, teachers), {}},
                                   {second_layer_weights(students), {}},
                                   {teacher_student::teacher_overlaps(teachers), {}}};
    for (const OrderParameters& given : starts) {
        const Rows parts[] = {given.Q, given.R, given.v, given.T};
        for (std::size_t index = 0; index < arrays.size(); ++index)
            arrays[index].values.insert(arrays[index].values.end(), parts[index].data(),
                                        parts[index].data() + parts[index].size());
    }
    return arrays;
}

Observer::Observer(const Committee& problem)
    : problem_(problem),
      report_(problem),
      risk_(problem.activation, problem.teacher_activation, problem.students, problem.teachers) {}

double Observer::generalization_error(const OrderParameters& state) {
    Eigen::VectorXd coefficients(state.v.size() + problem_.teacher_second_layer.size());
    coefficients << state.v, -problem_.teacher_second_layer;
    return risk_.half(state.joint_covariance(), coefficients);
}

void Observer::observe(const OrderParameters& state, const Slot& slot) {
    slot.record(report_.Q, state.Q);
    slot.record(report_.R, state.R);
    slot.record(report_.generalization_error, generalization_error(state));
    slot.record(report_.second_layer, state.v);
}

}  // namespace hidyn::committee
