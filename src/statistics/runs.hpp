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

}  // namespace hidyn::statistics
