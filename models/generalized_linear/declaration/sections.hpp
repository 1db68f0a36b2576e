// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "core/problem.hpp"
#include "models/generalized_linear/generalized_linear.hpp"

/// The sections of an experiment file that all algorithms of the problem share: [problem] and [data], and
/// [initial], of which `start.hpp` knows more.
namespace hidyn::generalized_linear {

[[nodiscard]] std::vector<Key> problem_keys();
/// [data] without the number of samples.
[[nodiscard]] std::vector<Key> design_keys();
[[nodiscard]] std::vector<Key> data_keys();

/// Link, loss and labels; none if they cannot be read.
struct Answers {
    SampleLoss loss;
    Label label;
};
[[nodiscard]] std::optional<Answers> read_answers(const Table& problem, Complaints& complaints);
/// Everything else but the algorithm, into the problem; false if there is nothing to go on with.
[[nodiscard]] bool read_sections(const ProblemTables& tables, const spectral::Theory& theory,
                                 GeneralizedLinear& problem, Complaints& complaints);
/// The same where nothing is iterated, and [initial] holds T alone.
[[nodiscard]] bool read_sections_without_start(const ProblemTables& tables, GeneralizedLinear& problem,
                                               Complaints& complaints);
/// Complains if a simulation's design matrices are more than the machine's memory.
void check_memory(const GeneralizedLinear& problem, const Table& route, const RouteInfo& info,
                  Complaints& complaints);

/// Of an algorithm that iterates nothing: only time 0 can be recorded.
void check_no_iterations(const ProblemTables& tables, Complaints& complaints);

}  // namespace hidyn::generalized_linear
