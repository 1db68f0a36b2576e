// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::closed_form {

/// Passage past the ghost of a saddle node. Source: Dinc et al., arXiv 2501.02378.
/// Time from 0 to `end` (infinity: all the way); infinite for r <= 0.
[[nodiscard]] double passage_time(double r, double end);
/// |T - t*| beyond the no-learning zone, T within it; and its derivative by r, 0 within it. t* is the passage
/// to `end`, where the output goes on; the paper's is infinity, where t* = pi / (2 sqrt(r)).
[[nodiscard]] double ghost_loss(double r, double delay, double end);
[[nodiscard]] double ghost_gradient(double r, double delay, double end);
/// 3 pi^4 / (32 T^5): beyond it a step from the minimum ends in the no-learning zone.
[[nodiscard]] double ghost_critical_rate(double delay);

/// A route of `ghost`.
[[nodiscard]] RouteKind ghost_kind();

}  // namespace hidyn::closed_form
