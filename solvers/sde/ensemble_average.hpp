#pragma once

#include <cstddef>
#include <functional>

#include "core/recorder.hpp"

namespace hidyn::sde {

/// Independent parts of an ensemble of paths, recorded as if they were replicas.
inline constexpr std::size_t ensemble_parts = 20;

/// Their means, with the errors that their spread tells. `least` is the least error of an observable, where
/// no part shows a spread.
void record_average(
    const Recorder& ensemble, Recorder& recorder,
    const std::function<double(std::size_t observable)>& least = [](std::size_t) { return 0.0; });

}  // namespace hidyn::sde
