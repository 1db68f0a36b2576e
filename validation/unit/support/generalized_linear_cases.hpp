// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "models/generalized_linear/generalized_linear.hpp"

/// Regression problems shared by the tests of simulation, inference and state evolution.
namespace cases {}
namespace generalized_linear_cases {

using namespace cases;

using hidyn::generalized_linear::Algorithm;
using hidyn::generalized_linear::GeneralizedLinear;
using hidyn::generalized_linear::Label;
using hidyn::generalized_linear::LabelChannel;
using hidyn::generalized_linear::Rule;
using hidyn::generalized_linear::SampleLoss;
using hidyn::teacher_student::Link;
using hidyn::teacher_student::Loss;

inline Link one_unit(const char* activation) {
    return Link::units(hidyn::math::Activation::named(activation), Eigen::VectorXd::Ones(1));
}

/// From theta^0 = 0, unless told otherwise, recorded at 0, 1, .., steps.
inline std::shared_ptr<GeneralizedLinear> regression(Loss loss, LabelChannel channel, double alpha, double T,
                                                     double Delta, Algorithm algorithm, std::size_t steps,
                                                     const char* link = "linear", double Q0 = 0.0,
                                                     double R0 = 0.0) {
    auto problem = std::make_shared<GeneralizedLinear>(SampleLoss(one_unit(link), std::move(loss)),
                                                       Label(one_unit(link), channel, Delta));
    problem->sample_ratio = alpha;
    problem->algorithm = algorithm;
    const auto number = [](double value) { return Eigen::MatrixXd::Constant(1, 1, value); };
    problem->initial = {.Q = number(Q0), .R = number(R0), .T = number(T), .v = Eigen::VectorXd::Ones(1)};
    for (std::size_t t = 0; t <= steps; ++t) problem->recording.grid.times.push_back(static_cast<double>(t));
    problem->recording.two_time = true;
    return problem;
}

/// The linear model of the public check values: alpha = 2, T = 1, Delta = 0.25, eta = 0.15.
inline std::shared_ptr<GeneralizedLinear> linear(Algorithm algorithm, std::size_t steps) {
    algorithm.learning_rate = 0.15;
    return regression(Loss::square(), LabelChannel::additive, 2.0, 1.0, 0.25, algorithm, steps);
}

inline std::shared_ptr<GeneralizedLinear> logistic(Algorithm algorithm, std::size_t steps) {
    return regression(Loss::logistic(), LabelChannel::logistic, 3.0, 4.0, 0.0, algorithm, steps);
}

/// The lasso's path towards a sparse signal.
inline std::shared_ptr<GeneralizedLinear> lasso(Rule rule, std::size_t steps) {
    auto problem = regression(Loss::square(), LabelChannel::additive, 0.8, 1.0, 0.05,
                              {.rule = rule, .learning_rate = 0.25, .l1 = 0.25}, steps);
    problem->signal = {.prior = hidyn::generalized_linear::Prior::bernoulli_gauss, .sparsity = 0.2};
    return problem;
}

}  // namespace generalized_linear_cases
