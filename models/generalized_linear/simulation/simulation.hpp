// SPDX-License-Identifier: MIT
#pragma once

#include "core/route.hpp"
#include "models/generalized_linear/generalized_linear.hpp"

namespace hidyn::generalized_linear {

/// A method on real samples; with `inference` also what the samples alone say about its path.
[[nodiscard]] Outcome simulate(const GeneralizedLinear& problem, bool inference, const RouteRun& run);
/// Of one replica.
[[nodiscard]] double simulation_bytes(const GeneralizedLinear& problem, std::uint64_t d, bool inference);

}  // namespace hidyn::generalized_linear
