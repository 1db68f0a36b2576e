// SPDX-License-Identifier: MIT
#pragma once

#include "core/problem.hpp"

namespace hidyn::dmft {

/// Dynamical mean-field theory of the multi-index family on a data set, as the registry offers it.
[[nodiscard]] RouteKind multi_index_kind();

}  // namespace hidyn::dmft
