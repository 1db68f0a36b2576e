// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "claims/claims.hpp"

namespace hidyn::run {

/// The claims as groups of the results file: /claims.
void store(const std::vector<claims::ClaimResult>& checked, results::Results& results);

}  // namespace hidyn::run
