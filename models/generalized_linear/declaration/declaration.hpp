#pragma once

#include <string>
#include <vector>

#include "core/problem.hpp"

namespace hidyn::generalized_linear {

/// The problem `generalized-linear` with its simulation and without theories.
[[nodiscard]] ProblemKind declaration();
[[nodiscard]] std::vector<std::string> algorithm_names();
[[nodiscard]] RouteKind simulation_kind();

}  // namespace hidyn::generalized_linear
