// SPDX-License-Identifier: MIT
#include "solvers/dmft/multi_index/process_of.hpp"

namespace hidyn::dmft {
namespace {

using multi_index::Algorithm;
using multi_index::Rule;

Driver driver_of(const Algorithm& algorithm) {
    switch (algorithm.rule) {
        case Rule::sgd:
            return algorithm.jump == multi_index::Jump::poisson ? Driver::poisson : Driver::bernoulli;
        case Rule::stochastic_modified_equation:
            return Driver::gaussian;
        case Rule::gradient_descent:
        case Rule::gradient_flow:
            break;
    }
    return Driver::constant;
}

}  // namespace

Process process_of(const multi_index::MultiIndex& problem) {
    return {
        .students = problem.students(),
        .teachers = problem.teachers(),
        .sample_ratio = problem.sample_ratio,
        .learning_rate = problem.algorithm.learning_rate,
        .ridge = problem.algorithm.ridge,
        .driver = driver_of(problem.algorithm),
        .Q = problem.initial.Q,
        .R = problem.initial.R,
        .T = problem.initial.T,
        .loss =
            [&problem](const double* lambda, std::size_t lambda_stride, const double* y, std::size_t count,
                       const ForceJets& jets) {
                problem.loss.evaluate(lambda, lambda_stride, y, count,
                                      {.value = jets.value,
                                       .gradient = jets.gradient,
                                       .hessian = jets.hessian,
                                       .stride = jets.stride});
            },
        .label = [&problem](const double* teacher, std::size_t stride, const double* noise, std::size_t count,
                            double* y) { problem.label.evaluate(teacher, stride, noise, count, y); },
        .constant_hessian = problem.loss.constant_hessian()};
}

}  // namespace hidyn::dmft
