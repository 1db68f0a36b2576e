#include "models/committee/committee.hpp"

#include "models/teacher_student/initial.hpp"

namespace hidyn::committee {
namespace {

using teacher_student::flatten;

}  // namespace

std::vector<Observable> declare_observables(std::size_t students, std::size_t teachers, bool second_layer,
                                            bool first_passage) {
    std::vector<Observable> declared{teacher_student::student_overlaps(students),
                                     teacher_student::student_teacher_overlaps(students, teachers),
                                     teacher_student::generalization_error()};
    if (second_layer)
        declared.push_back({.name = "second_layer",
                            .long_name = "second-layer weights",
                            .symbol = "v_i",
                            .normalization = "f(x) = sum_i v_i g(lambda_i)",
                            .dimensions = {{"student", students}}});
    if (first_passage) {
        declared.push_back({.name = "escaped",
                            .long_name = "escaped",
                            .symbol = "1[t_\\theta \\leq t]",
                            .normalization =
                                "1 once R^2 / (Q T) has reached escape_overlap, else 0; its mean over "
                                "replicas is the distribution function of escape times"});
        declared.push_back({.name = "escape_time",
                            .long_name = "escape time",
                            .symbol = "\\min(t_\\theta, t)",
                            .normalization =
                                "first time with R^2 / (Q T) >= escape_overlap, or t before it, in "
                                "steps / d"});
    }
    return declared;
}

std::vector<Observable> Committee::observables() const {
    return declare_observables(students, teachers, algorithm.trains_second_layer(),
                               escape_overlap.has_value());
}

std::vector<Problem::StartArray> Committee::start() const {
    std::vector<StartArray> arrays;
    for (Observable& what : declare_observables(students, teachers, true, false))
        if (what.name != "generalization_error") arrays.push_back({std::move(what), {}});
    arrays.push_back({teacher_student::teacher_overlaps(teachers), {}});
    std::vector<double> flat;
    for (const OrderParameters& given : starts) {
        const Eigen::MatrixXd* matrices[] = {&given.Q, &given.R};
        for (std::size_t index = 0; index < 2; ++index) {
            flatten(*matrices[index], flat);
            arrays[index].values.insert(arrays[index].values.end(), flat.begin(), flat.end());
        }
        arrays[2].values.insert(arrays[2].values.end(), given.v.begin(), given.v.end());
        flatten(given.T, flat);
        arrays[3].values.insert(arrays[3].values.end(), flat.begin(), flat.end());
    }
    return arrays;
}

Observer::Observer(const Committee& problem)
    : problem_(problem),
      risk_(problem.activation, problem.teacher_activation, problem.students, problem.teachers) {}

double Observer::generalization_error(const OrderParameters& state) {
    Eigen::VectorXd coefficients(state.v.size() + problem_.teacher_second_layer.size());
    coefficients << state.v, -problem_.teacher_second_layer;
    return risk_.half(state.joint_covariance(), coefficients);
}

void Observer::observe(const OrderParameters& state, Recorder& recorder, std::size_t replica,
                       std::size_t time, double weight) {
    flatten(state.Q, flat_);
    recorder.blend(0, replica, time, weight, flat_);
    flatten(state.R, flat_);
    recorder.blend(1, replica, time, weight, flat_);
    flat_.assign(1, generalization_error(state));
    recorder.blend(2, replica, time, weight, flat_);
    if (!problem_.algorithm.trains_second_layer()) return;
    flat_.assign(state.v.begin(), state.v.end());
    recorder.blend(3, replica, time, weight, flat_);
}

}  // namespace hidyn::committee
