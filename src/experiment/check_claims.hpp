#pragma once

#include "core/table.hpp"
#include "experiment/experiment.hpp"

namespace hidyn::experiment {

/// Whether every claim speaks of observables, routes, variants and times that the experiment has, so that a
/// mistake is found before anything runs. Complains otherwise.
void check_claims(const Experiment& experiment, Complaints& complaints);

}  // namespace hidyn::experiment
