// SPDX-License-Identifier: MIT
#include "models/committee/first_passage.hpp"

#include <algorithm>

namespace hidyn::committee {

double squared_overlap(const OrderParameters& state) {
    return state.R(0, 0) * state.R(0, 0) / (state.Q(0, 0) * state.T(0, 0));
}

void observe_passage(const Observables& report, double passage, double now, const Slot& slot) {
    // A simulation's passage is a whole number of steps over d, which may miss the grid's time by rounding.
    slot.record(report.escaped, passage <= now * (1.0 + 1e-12) ? 1.0 : 0.0);
    slot.record(report.escape_time, std::min(passage, now));
}

}  // namespace hidyn::committee
