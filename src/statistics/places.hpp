// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "statistics/coordinates.hpp"
#include "statistics/simultaneous_test.hpp"
#include "statistics/verdict.hpp"

/// Where in observables, components and times something stands that a verdict tells of.
namespace hidyn::statistics {

/// The coordinate that a test found furthest from the theory; `variance`: the test was of variances.
[[nodiscard]] LargestDeviation locate(const SimultaneousResult& test, const Coordinates& data,
                                      const TheoryRun& theory, const TimeGrid& grid, bool variance);
/// Where, up to the time `end`, the theory is first undefined or does not know its error.
[[nodiscard]] Verdict::Place first_hole(const TheoryRun& theory, const std::vector<std::string>& compared,
                                        const TimeGrid& grid, double end);
/// Where the theory's own error first exceeds the standard error of the largest size's mean, and a hundredth
/// of the observable's magnitude.
[[nodiscard]] Verdict::Place first_vague(const Coordinates& data, const TheoryRun& theory,
                                         const TimeGrid& grid);

}  // namespace hidyn::statistics
