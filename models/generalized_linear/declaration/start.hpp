// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/problem.hpp"
#include "models/generalized_linear/generalized_linear.hpp"

/// The section [initial] of all algorithms of the problem.
namespace hidyn::generalized_linear {

[[nodiscard]] std::vector<Key> initial_keys();

/// The start, into a problem whose labels and sample ratio are known; false if there is nothing to go on
/// with.
[[nodiscard]] bool read_start(const ProblemTables& tables, const spectral::Theory& theory,
                              GeneralizedLinear& problem, Complaints& complaints);
/// T alone, of an algorithm that starts from nothing.
[[nodiscard]] bool read_signal_norm(const ProblemTables& tables, GeneralizedLinear& problem,
                                    Complaints& complaints);

}  // namespace hidyn::generalized_linear
