// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/trajectory.hpp"

namespace hidyn::statistics {

/// Averages over the replicas of one observable; every vector has the layout [time, component].
///
///     mean = (1/n) sum_r y_r,   variance = (1/(n-1)) sum_r (y_r - mean)^2,   standard_error =
///     sqrt(variance/n)
///
/// A replica counts at a time if it is finite there and was finite at every earlier time: a run that diverged
/// is left out from the moment it failed. `used` is the n of each coordinate. With n = 1 there is no spread
/// to estimate: variance and standard_error are NaN. With n = 0 the mean is NaN too.
struct ReplicaAverage {
    std::vector<double> mean;
    std::vector<double> variance;
    std::vector<double> standard_error;
    std::vector<std::size_t> used;
    std::size_t replicas = 0;
    std::size_t diverged = 0;  ///< replicas that fail somewhere on the grid
};

[[nodiscard]] ReplicaAverage replica_average(const Series& series);

/// Number of replicas; a single curve counts as one.
[[nodiscard]] std::size_t replica_count(const Series& series);

/// The first time index at which a component of the replica is not finite; `times` if there is none.
[[nodiscard]] std::size_t failure_time(const Series& series, std::size_t replica);

/// simulation - theory, replica by replica, with the theory's error and variance carried along. Entries from
/// a replica's failure on are NaN. Throws InputError if the shapes do not fit: both need the same components
/// and times, and a theory with a replica axis needs a curve for every replica.
[[nodiscard]] Series deviations(const Series& simulation, const Series& theory);

/// Their average over the replicas of the simulation that are alive. Where the theory is undefined so is the
/// average, there alone.
[[nodiscard]] ReplicaAverage deviation_average(const Series& simulation, const Series& theory);

/// The theory's curve averaged over its finite replicas, [time, component].
[[nodiscard]] std::vector<double> theory_mean(const Series& theory);

}  // namespace hidyn::statistics
