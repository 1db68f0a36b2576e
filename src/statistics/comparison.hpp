// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/time_grid.hpp"
#include "statistics/runs.hpp"

namespace hidyn::statistics {

/// What rounding alone may do, relative to the largest value of the observable. A coordinate without spread
/// (t = 0 when the start is prescribed) is thereby no evidence until it is off by more than this.
inline constexpr double rounding = 1e-10;

/// One observable at one size, every vector [time, component]:
///
///     deviation = mean over replicas of (y_r - theory),
///     z = deviation / sqrt(standard_error^2 + theory_error^2 + floor^2),   floor = `rounding` x largest
///     |theory|.
///
/// With one replica there is no standard error and z is NaN. z is Student-distributed with n - 1 degrees of
/// freedom under agreement, E z^2 = (n-1)/(n-3), so
///
///     chi2_per_point = average of z^2 (n-3)/(n-1)
///
/// has expectation 1 for Gaussian replicas, whatever the correlations; it is NaN for fewer than 4 replicas.
/// Coordinates whose spread is at rounding level are left out of it.
struct Comparison {
    std::string observable;
    double d = 0;
    std::vector<double> mean;
    std::vector<double> standard_error;
    std::vector<double> deviation;
    std::vector<double> z;
    std::vector<std::size_t> used;
    std::size_t diverged = 0;

    double max_abs_deviation = 0;
    std::size_t max_time = 0;       ///< where the largest deviation is
    std::size_t max_component = 0;  ///< flat index
    double max_abs_z = 0;           ///< NaN if no z is defined
    std::size_t max_z_time = 0;
    std::size_t max_z_component = 0;
    double chi2_per_point = 0;
};

[[nodiscard]] Comparison compare(const Series& simulation, const Series& theory, double d);

/// Every observable that both have; those missing on one side are skipped.
[[nodiscard]] std::vector<Comparison> compare(const SimulationRun& simulation, const TheoryRun& theory);

/// Largest finite |value|, or 1 if all vanish.
[[nodiscard]] double magnitude(const Series& series);

}  // namespace hidyn::statistics
