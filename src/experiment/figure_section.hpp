// SPDX-License-Identifier: MIT
#pragma once

#include "core/table.hpp"
#include "experiment/experiment.hpp"

namespace hidyn::experiment {

/// [figure] speaks to the plotting script; what it names is checked here, before hours of simulation.
void check_figure(const Node& section, const Experiment& experiment, Complaints& complaints);

}  // namespace hidyn::experiment
