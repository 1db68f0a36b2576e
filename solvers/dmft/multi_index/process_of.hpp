// SPDX-License-Identifier: MIT
#pragma once

#include "models/multi_index/multi_index.hpp"
#include "solvers/dmft/process.hpp"

namespace hidyn::dmft {

/// The effective process of a multi-index model on a data set. The problem must outlive it.
[[nodiscard]] Process process_of(const multi_index::MultiIndex& problem);

}  // namespace hidyn::dmft
