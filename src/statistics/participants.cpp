// SPDX-License-Identifier: MIT
#include "statistics/participants.hpp"

#include <algorithm>
#include <limits>

#include "statistics/replica_average.hpp"

namespace hidyn::statistics {

Participants participants(const Coordinates& data) {
    Participants result;
    for (const ReplicaGroup& group : data.groups) {
        result.d.push_back(group.d);
        result.replicas.push_back(static_cast<double>(complete_replicas(group).rows()));
    }
    return result;
}

void drop_smallest_size(Coordinates& data) {
    double smallest = std::numeric_limits<double>::infinity();
    for (const ReplicaGroup& group : data.groups) smallest = std::min(smallest, group.d);
    std::erase_if(data.groups, [smallest](const ReplicaGroup& group) { return group.d == smallest; });
}

}  // namespace hidyn::statistics
