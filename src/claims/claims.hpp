// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "claims/quantity.hpp"

namespace hidyn::claims {

/// Before anything runs: whether every claim speaks of observables, routes, variants and times that there
/// are. Complains otherwise.
void check(const std::vector<Claim>& claims, const Setting& setting, Complaints& complaints);

/// After it: every claim on every route it is about; a simulation counts at its largest size.
[[nodiscard]] std::vector<ClaimResult> measure(const std::vector<Claim>& claims, const Setting& setting,
                                               const results::Results& results);

}  // namespace hidyn::claims
