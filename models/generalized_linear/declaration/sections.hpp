#pragma once

#include <vector>

#include "core/problem.hpp"
#include "models/generalized_linear/generalized_linear.hpp"

/// The sections of an experiment file that all algorithms of the problem share: [problem], [data], [initial].
namespace hidyn::generalized_linear {

/// A key for a number.
[[nodiscard]] Key real_key(const char* name, std::string meaning, const char* symbol, Range range,
                           std::optional<Value> standard);

[[nodiscard]] std::vector<Key> problem_keys();
[[nodiscard]] std::vector<Key> data_keys();
[[nodiscard]] std::vector<Key> initial_keys();

/// Link, loss and labels; none if they cannot be read.
struct Answers {
    SampleLoss loss;
    Label label;
};
[[nodiscard]] std::optional<Answers> read_answers(const Table& problem, Complaints& complaints);
/// Everything else but the algorithm, into the problem; false if there is nothing to go on with. `has_start`
/// false: nothing is iterated, and [initial] holds T alone.
[[nodiscard]] bool read_sections(const ProblemTables& tables, GeneralizedLinear& problem,
                                 Complaints& complaints, bool has_start = true);
/// Complains if a simulation's design matrices are more than the machine's memory.
void check_memory(const Problem& problem, const Table& route, const RouteInfo& info, const TimeGrid& grid,
                  Complaints& complaints);

/// Of an algorithm that iterates nothing: only time 0 can be recorded.
void check_no_iterations(const ProblemTables& tables, Complaints& complaints);

}  // namespace hidyn::generalized_linear
