// SPDX-License-Identifier: MIT
#pragma once

#include "core/typed_route.hpp"
#include "models/multi_index/multi_index.hpp"

namespace hidyn::multi_index {

/// For theories of the limit: complains about a start that depends on the data. Returns whether it did.
bool refuse_spectral_start(const Asked<MultiIndex>& asked);

}  // namespace hidyn::multi_index
