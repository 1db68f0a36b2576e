// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "core/problem.hpp"
#include "math/activation.hpp"

/// The section [problem] of two-layer networks: f(x) = sum_k v_k g(lambda_k), f*(x) = sum_m v*_m
/// g*(lambda*_m).
namespace hidyn::teacher_student {

struct Network {
    std::size_t students = 1;                                              ///< K
    std::size_t teachers = 1;                                              ///< M
    math::Activation activation = math::Activation::named("erf");          ///< g
    math::Activation teacher_activation = math::Activation::named("erf");  ///< g*
    Eigen::VectorXd second_layer;                                          ///< v, length K
    Eigen::VectorXd teacher_second_layer;                                  ///< v*, length M
};

[[nodiscard]] std::vector<Key> network_keys();
[[nodiscard]] Network read_network(const Table& problem, Complaints& complaints);

/// A key that names an activation or holds an expression in z, finite for every z.
[[nodiscard]] math::Activation read_activation(const Table& table, const std::string& key,
                                               Complaints& complaints);

/// "label_noise", the variance Delta, which every problem has.
[[nodiscard]] Key label_noise_key();

}  // namespace hidyn::teacher_student
