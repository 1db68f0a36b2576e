#pragma once

#include "core/problem.hpp"

/// The problems of the multi-index family as the registry offers them: named presets of one model.
namespace hidyn::multi_index {

[[nodiscard]] ProblemKind linear_regression();
[[nodiscard]] ProblemKind logistic_regression();
[[nodiscard]] ProblemKind phase_retrieval();
/// Any link and loss.
[[nodiscard]] ProblemKind general();

/// What every problem of the family says of itself in `hidyn describe`.
[[nodiscard]] std::string family_mathematics();
/// All its observables, for descriptions.
[[nodiscard]] std::vector<Observable> family_observables(bool classifies);

/// The algorithms on a data set for the committee machine, whose problem section is declared elsewhere.
[[nodiscard]] std::vector<AlgorithmKind> committee_algorithms();

/// The simulation on real weights and a real data set.
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::multi_index
