// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/observables.hpp"
#include "core/recorder.hpp"
#include "models/multi_index/multi_index.hpp"
#include "solvers/dmft/solution.hpp"

namespace hidyn::dmft {

/// The kernels that only this theory has, on pairs of recorded times; none unless [time] asks for two_time.
struct Kernels : ObservableList {
    explicit Kernels(const multi_index::MultiIndex& problem);

    Handle response, memory, force_correlation;
};

/// Their declarations.
[[nodiscard]] std::vector<Observable> declare_kernels(std::size_t students, const TimeGrid& grid);

/// The problem's observables and the kernels of a solution at the recorded times, as series without a replica
/// axis. A time between two steps is interpolated linearly, for two-time functions in both times. What the
/// solution did not reach is NaN.
[[nodiscard]] std::vector<Series> record(const multi_index::MultiIndex& problem, const Solution& solution,
                                         const TimeGrid& grid);

}  // namespace hidyn::dmft
