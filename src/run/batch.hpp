// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiment/sweep.hpp"
#include "run/batch_folder.hpp"
#include "run/summary.hpp"

namespace hidyn::run {

/// Loads every one of these points without solving it. Returns them with the costliest first, by the number
/// of their steps times their size: so that none begins when the others are done. Throws InputError with the
/// sentences about all that cannot be solved, each once and with the first point it is about.
[[nodiscard]] std::vector<std::size_t> checked(const experiment::Sweep& sweep,
                                               std::vector<std::size_t> points, const Registry& registry);

/// "algorithm.learning_rate = 0.1, routes.sgd.d = 400"
[[nodiscard]] std::string describe_point(const experiment::Sweep& sweep, std::size_t point);

struct BatchOptions {
    std::string command;
    /// The next point to solve, each once; called from all threads.
    std::function<std::optional<std::size_t>()> next;
    /// What became of a point; one call at a time.
    std::function<void(std::size_t point, const PointSummary&)> done;
    Progress* progress = nullptr;
    double share = 1.0;                 ///< of the progress, per point
    double checkpoint_interval = 60.0;  ///< seconds between two states of a long point
};

/// Solves points side by side, one per thread; a thread that finds none left helps the others with their
/// replicas. A point that fails is noted and the others go on; where a results file cannot be written all
/// stop. Throws RunError, Interrupted.
void run_points(const experiment::Sweep& sweep, const BatchFolder& folder, const Registry& registry,
                const BatchOptions& options);

}  // namespace hidyn::run
