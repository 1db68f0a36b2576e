// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/time_grid.hpp"
#include "core/trajectory.hpp"

namespace hidyn::dmft {

/// Solutions of one theory from independent random numbers, on one grid or on two (the second with half the
/// step).
struct Ensemble {
    std::vector<std::vector<Series>> coarse;  ///< [repeat][observable]
    std::vector<std::vector<Series>> fine;    ///< the same with half the step; empty without extrapolation
};

struct Combination {
    std::vector<Series> series;  ///< the mean, with Series::error
    double monte_carlo_error = 0.0;
    double discretization_error = 0.0;
};

/// How large the errors are that repeats do not show.
struct Accuracy {
    double second_order =
        0.1;  ///< of the step, in units of its first-order error: delta times the fastest rate
    std::size_t trajectories = 0;  ///< per repeat; 0: no sampling
};

/// The mean over repeats, extrapolated to vanishing step by 2 f(delta/2) - f(delta) if there are two grids.
/// Its error adds in quadrature: the standard error over repeats; the bias that all repeats share, 2 / N of
/// the observable's size (measured: averages of N trajectories feed back into the dynamics); and what the
/// extrapolation leaves, the share `second_order` of its correction f(delta/2) - f(delta).
[[nodiscard]] Combination combine(const Ensemble& ensemble, const TimeGrid& grid, const Accuracy& accuracy);

}  // namespace hidyn::dmft
