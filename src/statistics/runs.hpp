#pragma once

#include <string>

#include "core/trajectory.hpp"

namespace hidyn::statistics {

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

/// What the simulation measured of this prediction; null if it did not, or if one of them has it as its own.
[[nodiscard]] inline const Series* counterpart(const SimulationRun& simulation, const Series& predicted) {
    const Series* measured = simulation.trajectory->find(predicted.observable.name);
    return measured == nullptr || measured->observable.own || predicted.observable.own ? nullptr : measured;
}

}  // namespace hidyn::statistics
