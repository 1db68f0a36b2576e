// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "core/trajectory.hpp"

namespace hidyn::statistics {

/// The size of runs that have none: nothing about them is of order 1 / d.
inline constexpr double without_size = 1e15;

/// The replicas of one simulation at one size. An entry that is not finite belongs to a replica that
/// diverged.
struct SimulationRun {
    std::string name;
    double d = 0;
    const Trajectory* trajectory = nullptr;
};

/// The limit d -> infinity. A series without replica axis is one curve for all replicas; with one, curve r
/// started from the start of replica r and is compared with that replica alone.
struct TheoryRun {
    std::string name;
    const Trajectory* trajectory = nullptr;
};

/// Whether there is anything in a series. A run that failed at once has nothing in any: that is a finding
/// about all.
[[nodiscard]] inline bool is_reported(const Trajectory& run, const Series& series) {
    const auto empty = [](const Series& one) {
        return std::ranges::none_of(one.values, [](double value) { return std::isfinite(value); });
    };
    return !empty(series) || std::ranges::all_of(run.series, empty);
}

/// What the simulation measured of this prediction of the theory; null if one of them says nothing of it, or
/// has it as its own.
[[nodiscard]] inline const Series* counterpart(const SimulationRun& simulation, const TheoryRun& theory,
                                               const Series& predicted) {
    if (!is_reported(*theory.trajectory, predicted)) return nullptr;
    const Series* measured = simulation.trajectory->find(predicted.observable.name);
    if (measured == nullptr || measured->observable.own || predicted.observable.own) return nullptr;
    return is_reported(*simulation.trajectory, *measured) ? measured : nullptr;
}

}  // namespace hidyn::statistics
