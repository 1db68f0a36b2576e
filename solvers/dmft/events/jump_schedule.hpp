// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "solvers/dmft/solution.hpp"

namespace hidyn::dmft {

/// Everything random about the trajectories of SGD's effective process, drawn beforehand: jumps do not depend
/// on the dynamics. Trajectories are sorted by the number and the mean time of their jumps, so that
/// neighbours, which run side by side in vector lanes, have jumped about equally often at any time.
struct JumpSchedule {
    std::size_t trajectories = 0;
    std::size_t students = 1;
    std::size_t teachers = 1;
    std::vector<double> teacher_normals = {};  ///< M standard normals per trajectory
    std::vector<double> noise = {};            ///< of the label, one per trajectory
    std::vector<std::size_t> first = {};  ///< index of a trajectory's first jump; one more entry at the end
    std::vector<std::size_t> step = {};   ///< of each jump, increasing within a trajectory
    std::vector<double> strength = {};    ///< z >= 1 of each jump
    std::vector<double> normals = {};     ///< K standard normals per jump

    [[nodiscard]] std::size_t jumps(std::size_t trajectory) const {
        return first[trajectory + 1] - first[trajectory];
    }
};

[[nodiscard]] JumpSchedule draw_jumps(const Process& process, const Discretization& grid, const Draw& draw);

}  // namespace hidyn::dmft
