// SPDX-License-Identifier: MIT
#pragma once

#include "statistics/coordinates.hpp"
#include "statistics/verdict.hpp"

/// What may take part in a verdict: sizes, coordinates and times.
namespace hidyn::statistics {

/// Counts the replicas and keeps the sizes that can be judged.
void keep_judgeable(Coordinates& data, Verdict& verdict);
/// Takes out of the variance test what it cannot judge: times within the first steps, where interpolation
/// between two steps shrinks the variance, and coordinates whose replicas have heavy tails (a sample variance
/// of those is a lottery; Gaussian replicas exceed this excess kurtosis once in thousands of coordinates).
void keep_testable_variances(Coordinates& data, const TimeGrid& grid);
/// The last time at which something that is compared is finite in the theory; infinite if that is the end of
/// the grid.
[[nodiscard]] double last_finite_time(const TheoryRun& theory, const TimeGrid& grid);
/// Whether no tested coordinate has moved apart between replicas: at a prescribed start agreement is no
/// finding.
[[nodiscard]] bool nothing_has_spread(const Coordinates& data);
/// From where on a size has lost so many replicas that the means of the others are those of a selection.
[[nodiscard]] double first_selection(const Coordinates& data, const TimeGrid& grid);

}  // namespace hidyn::statistics
