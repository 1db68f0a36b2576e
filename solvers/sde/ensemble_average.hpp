// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/recorder.hpp"

namespace hidyn::sde {

/// Independent parts of an ensemble of paths, recorded as if they were replicas.
inline constexpr std::size_t ensemble_parts = 20;

/// The least error of an observable, where no part shows a spread.
struct LeastError {
    Handle what;
    double error;
};

/// Their means, with the errors that their spread tells.
void record_average(const Recorder& ensemble, Recorder& recorder, const std::vector<LeastError>& least = {});

}  // namespace hidyn::sde
