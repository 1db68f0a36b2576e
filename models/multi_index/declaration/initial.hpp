// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/problem.hpp"
#include "models/multi_index/multi_index.hpp"
#include "models/spectral/prediction.hpp"

/// The section [initial]: overlaps as for every two-layer problem, or a direction that each replica draws or
/// finds in its own data.
namespace hidyn::multi_index {

[[nodiscard]] std::vector<Key> initial_keys();
/// Reads it into the problem, whose link, label and sample ratio are known; false if there is nothing to go
/// on with.
[[nodiscard]] bool read_initial(const ProblemTables& tables, const spectral::Theory& theory,
                                MultiIndex& problem, Complaints& complaints);

}  // namespace hidyn::multi_index
