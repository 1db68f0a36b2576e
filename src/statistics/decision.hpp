// SPDX-License-Identifier: MIT
#pragma once

#include "statistics/coordinates.hpp"
#include "statistics/verdict.hpp"

/// From eligible coordinates to an outcome.
namespace hidyn::statistics {

/// Drops sizes at which the 1/d law fails; returns the p-value of the law over all sizes.
double restrict_to_law(Coordinates& data, const VerdictOptions& options);
/// Tests means and variances, and tells what decided and where.
void decide(Verdict& verdict, const Coordinates& data, const TheoryRun& theory, const TimeGrid& grid,
            const VerdictOptions& options);
/// A deviation that only those are found to have that are left after others diverged is no finding.
void look_before_selections(Verdict& verdict, const Coordinates& data, const TheoryRun& theory,
                            const TimeGrid& grid, const VerdictOptions& options);

}  // namespace hidyn::statistics
