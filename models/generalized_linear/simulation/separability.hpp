// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "core/route.hpp"
#include "models/generalized_linear/separability.hpp"
#include "models/generalized_linear/simulation/samples.hpp"

namespace hidyn::generalized_linear {

/// Whether some theta has y_i a_i . theta > 0 for the first `count` samples: a linear program.
[[nodiscard]] bool separable(const Samples& samples, std::size_t count);

/// Linear programs on growing samples.
[[nodiscard]] Outcome measure_separability(const Separability& problem, const RouteRun& run);

}  // namespace hidyn::generalized_linear
