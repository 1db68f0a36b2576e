// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/edge_model/edge_model.hpp"

namespace hidyn::edge_model {

/// Real vectors and real samples, or ("reduced") the same law at a cost independent of d and of the batch: a
/// batch enters by its gradient alone, which is |a w - w*| (S e_1 + sqrt(S) z) with S chi-squared of B
/// degrees of freedom, e_1 the direction of a w - w* and z normal across it; weights, velocity and teacher
/// are kept by their coordinates in the space they span.
[[nodiscard]] Outcome simulate(const EdgeModel& problem, const RouteRun& run);

}  // namespace hidyn::edge_model
