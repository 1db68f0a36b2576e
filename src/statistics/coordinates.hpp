// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "statistics/runs.hpp"

namespace hidyn::statistics {

/// One number that simulation and theory both report.
struct Coordinate {
    std::size_t observable = 0;  ///< index into Coordinates::observables
    std::size_t time = 0;
    std::size_t component = 0;
};

/// The replicas of one size: y_r(c) - theory(c), replica by row, coordinate by column. NaN where a replica
/// has diverged.
struct ReplicaGroup {
    double d = 0;
    Eigen::MatrixXd deviations;
};

/// Everything a simultaneous test needs, over the independent components of all common observables. Times are
/// thinned evenly (both ends kept) to about `largest` coordinates, and so is the second time of a two-time
/// function: paths are smooth between neighbours, and
/// every test takes its maximum and its reference distribution over the same coordinates. Coordinates at
/// which the theory is not finite are left out.
struct Coordinates {
    std::vector<std::string> observables;
    std::vector<Coordinate> list;
    std::vector<ReplicaGroup> groups;    ///< one per size, in the order given
    Eigen::VectorXd theory;              ///< averaged over the theory's own replicas
    Eigen::VectorXd theory_error;        ///< 0 where the theory gives none
    Eigen::VectorXd predicted_variance;  ///< d * Var; NaN where not predicted
    Eigen::VectorXd floor;               ///< what rounding may do
};

[[nodiscard]] Coordinates gather(std::span<const SimulationRun> sizes, const TheoryRun& theory,
                                 std::size_t largest);

/// The same with only these columns.
[[nodiscard]] Coordinates select(const Coordinates& all, const std::vector<std::size_t>& columns);

/// Rows of the group that are finite throughout.
[[nodiscard]] Eigen::MatrixXd complete_replicas(const ReplicaGroup& group);

}  // namespace hidyn::statistics
