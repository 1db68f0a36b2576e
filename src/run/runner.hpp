// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/checkpoint.hpp"
#include "core/progress.hpp"
#include "experiment/experiment.hpp"
#include "results/results.hpp"

namespace hidyn::run {

struct RunOptions {
    int threads = 0;  ///< 0: as many as the machine offers
    std::string command;
    /// Makes the progress of one route; called before it starts.
    std::function<std::unique_ptr<Progress>(const RouteInfo&)> progress;
    Checkpoint* checkpoint = nullptr;  ///< where what is finished is kept; null: nowhere
};

/// Writes down when, by what and by which version results come about.
void stamp(const std::string& command, results::Results& results);

/// Sets the number of threads for all that follows; 0 leaves it. Routes check their memory against it when an
/// experiment is loaded.
void use_threads(int threads);

/// Bytes that the trajectories of an experiment take.
[[nodiscard]] double needed_memory(const experiment::Experiment& experiment);
/// Throws InputError if the trajectories would not fit into this machine's memory; `name` is the experiment
/// file's.
void check_memory(const experiment::Experiment& experiment, const std::string& name);

/// Solves every route of every variant, one after the other (each uses all threads). Throws Interrupted.
[[nodiscard]] results::Results solve(const experiment::Experiment& experiment, const RunOptions& options);

}  // namespace hidyn::run
