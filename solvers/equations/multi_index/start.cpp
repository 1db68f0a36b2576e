// SPDX-License-Identifier: MIT
#include "solvers/equations/multi_index/start.hpp"

#include <fmt/format.h>

namespace hidyn::multi_index {

bool refuse_spectral_start(const Asked<MultiIndex>& asked) {
    if (!asked.problem->spectral) return false;
    asked.complaints.add(
        fmt::format("{}: this theory needs a start that does not depend on the data, but "
                    "initial.kind = \"spectral\"; leave out this route",
                    asked.keys.place()));
    return true;
}

}  // namespace hidyn::multi_index
