// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "claims/claim.hpp"

namespace hidyn::claims {

/// The keys of [[claims]].
[[nodiscard]] std::vector<Key> section_keys();
/// From a section whose keys were checked; complains if its parts do not fit together.
[[nodiscard]] Claim read(const Table& section, Complaints& complaints);

}  // namespace hidyn::claims
