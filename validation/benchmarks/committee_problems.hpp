// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "models/committee/committee.hpp"

namespace benchmarks {

/// K = M committee from generic overlaps.
inline std::shared_ptr<hidyn::committee::Committee> committee(std::size_t units, const char* activation,
                                                              double eta) {
    auto problem = std::make_shared<hidyn::committee::Committee>();
    const auto size = static_cast<Eigen::Index>(units);
    problem->students = problem->teachers = units;
    problem->activation = problem->teacher_activation = hidyn::math::Activation::named(activation);
    problem->teacher_second_layer = Eigen::VectorXd::Ones(size);
    problem->algorithm = {.learning_rate = eta};
    hidyn::committee::OrderParameters start;
    start.Q = 0.1 * Eigen::MatrixXd::Ones(size, size) + 0.4 * Eigen::MatrixXd::Identity(size, size);
    start.R = 0.02 * Eigen::MatrixXd::Ones(size, size);
    for (Eigen::Index k = 0; k < size; ++k) start.R(k, k) += 0.02 * static_cast<double>(k + 1);
    start.T = Eigen::MatrixXd::Identity(size, size);
    start.v = Eigen::VectorXd::Ones(size);
    problem->starts = {start};
    return problem;
}

}  // namespace benchmarks
