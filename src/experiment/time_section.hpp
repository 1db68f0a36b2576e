// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"
#include "experiment/document.hpp"

namespace hidyn::experiment {

/// Reads and checks [time]; `table` keeps its values for complaints by those who know more. Nothing in it
/// after a complaint.
[[nodiscard]] Recording read_time(const Node& section, Table& table, Complaints& complaints);

}  // namespace hidyn::experiment
