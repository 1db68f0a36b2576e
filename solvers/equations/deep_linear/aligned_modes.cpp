// SPDX-License-Identifier: MIT
#include "solvers/equations/deep_linear/aligned_modes.hpp"

#include <fmt/format.h>

#include "core/keys.hpp"

namespace hidyn::sde {

void check_aligned_modes(const Asked<deep_linear::DeepLinear>& asked) {
    if (asked.problem->initial.kind != deep_linear::StartKind::aligned)
        asked.complaints.add(fmt::format("{}: modes are single numbers for initial.kind = \"aligned\" alone",
                                         asked.keys.place()));
    if (asked.problem->depth < 2)
        asked.complaints.add(
            fmt::format("{}: a single layer has its exact moments in the route closed-form; this is for "
                        "problem.depth of at least 2",
                        asked.keys.place()));
}

Key finite_step_key() {
    return keys::boolean(
        "finite_step",
        "drift and diffusion to first order in the learning rate; false: the limit of small steps at "
        "the same learning_rate / batch_size",
        false);
}

}  // namespace hidyn::sde
