// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/problem.hpp"
#include "models/quadratic_network/quadratic_network.hpp"

/// The sections of an experiment file: their keys, and how they are read.
namespace hidyn::quadratic_network {

[[nodiscard]] std::vector<Key> problem_keys();
[[nodiscard]] std::vector<Key> algorithm_keys(Rule rule);
[[nodiscard]] std::vector<Key> data_keys(Rule rule);
[[nodiscard]] std::vector<Key> initial_keys();

/// [problem]; false if nothing else can be read.
[[nodiscard]] bool read_problem(const ProblemTables& tables, QuadraticNetwork& problem,
                                Complaints& complaints);
/// [algorithm] and [data].
void read_algorithm(Rule rule, const ProblemTables& tables, QuadraticNetwork& problem,
                    Complaints& complaints);
/// [initial]; false if there is no start.
[[nodiscard]] bool read_start(const ProblemTables& tables, QuadraticNetwork& problem, Complaints& complaints);

}  // namespace hidyn::quadratic_network
