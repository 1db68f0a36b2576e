// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "core/problem.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::deep_linear {

/// The keys of the experiment file's sections, and the problem that they make.
[[nodiscard]] std::vector<Key> problem_keys();
[[nodiscard]] std::vector<Key> initial_keys();
[[nodiscard]] std::vector<Key> algorithm_keys(Rule rule);
[[nodiscard]] std::vector<Key> data_keys(Rule rule);
/// Of the simulation's own section.
[[nodiscard]] std::vector<Key> simulation_keys();

[[nodiscard]] std::shared_ptr<const Problem> read_problem(Rule rule, const ProblemTables& tables,
                                                          Complaints& complaints);

}  // namespace hidyn::deep_linear
