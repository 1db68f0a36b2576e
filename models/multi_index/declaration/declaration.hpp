// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"
#include "models/spectral/prediction.hpp"

/// The problems of the multi-index family as the registry offers them: named presets of one model. A spectral
/// start is told what `theory` predicts of it.
namespace hidyn::multi_index {

[[nodiscard]] ProblemKind linear_regression(const spectral::Theory& theory);
[[nodiscard]] ProblemKind logistic_regression(const spectral::Theory& theory);
[[nodiscard]] ProblemKind phase_retrieval(const spectral::Theory& theory);
/// Any link and loss.
[[nodiscard]] ProblemKind general(const spectral::Theory& theory);

/// What every problem of the family says of itself in `hidyn describe`.
[[nodiscard]] std::string family_mathematics();
/// All its observables, for descriptions.
[[nodiscard]] std::vector<Observable> family_observables(bool classifies);

/// The algorithms on a data set for the committee machine, whose problem section is declared elsewhere.
[[nodiscard]] std::vector<AlgorithmKind> committee_algorithms(const spectral::Theory& theory);

/// The simulation on real weights and a real data set.
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::multi_index
