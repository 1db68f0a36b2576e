// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/route.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::deep_linear {

/// Gradient flow and descent of real weights, of the population or of a data set per replica.
[[nodiscard]] Outcome simulate_gradient(const DeepLinear& problem, const RouteRun& run);
/// Mini-batch SGD of real weights, `members` runs a replica; the method is the route's.
[[nodiscard]] Outcome simulate_batches(const DeepLinear& problem, const std::string& method,
                                       std::size_t members, const RouteRun& run);
/// Mini-batch SGD of modes that are aligned and balanced, `members` runs a replica.
[[nodiscard]] Outcome simulate_modes(const DeepLinear& problem, std::size_t members, const RouteRun& run);

}  // namespace hidyn::deep_linear
