// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include "core/recorder.hpp"
#include "models/committee/committee.hpp"

namespace hidyn::committee {

/// The time of a first passage that has not come yet.
inline constexpr double not_yet = std::numeric_limits<double>::infinity();

/// R^2 / (Q T) of the single student; NaN if one of the two has no length.
[[nodiscard]] double squared_overlap(const OrderParameters& state);

/// Records whether the overlap's first passage, at time `passage`, was at or before the slot's time, which is
/// `now`, and the earlier of the two; nothing where the problem has no escape_overlap.
void observe_passage(const Observables& report, double passage, double now, const Slot& slot);

}  // namespace hidyn::committee
