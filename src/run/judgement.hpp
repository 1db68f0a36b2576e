// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "results/results.hpp"
#include "statistics/verdict.hpp"

namespace hidyn::run {

/// The verdict of every simulation (all its sizes) against every theory of the same variant.
struct Judgement {
    std::string variant;
    std::string simulation;  ///< the route's label
    std::string theory;
    statistics::Verdict verdict;
};
/// Whether they are compared: a theory of the limit meets runs of every size, one of a finite size those of
/// its own.
[[nodiscard]] bool meet(const RouteInfo& theory, const RouteInfo& simulation);
[[nodiscard]] std::vector<Judgement> judge(const results::Results& results);

/// The judgements as groups of the results file: /comparisons and /scaling.
void store(const std::vector<Judgement>& judgements, results::Results& results);

}  // namespace hidyn::run
