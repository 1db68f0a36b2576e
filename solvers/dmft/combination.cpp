// SPDX-License-Identifier: MIT
#include "solvers/dmft/combination.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::dmft {
namespace {

struct Estimate {
    double mean = 0.0;
    double standard_error = 0.0;
};

template <class ValueOf>
Estimate over_repeats(std::size_t repeats, ValueOf value_of) {
    const double count = static_cast<double>(repeats);
    Estimate estimate;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) estimate.mean += value_of(repeat) / count;
    double squares = 0.0;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat)
        squares += std::pow(value_of(repeat) - estimate.mean, 2);
    if (repeats > 1) estimate.standard_error = std::sqrt(squares / (count * (count - 1.0)));
    return estimate;
}

/// What second order leaves, judged within a factor two in time, for a correction may pass through zero: a
/// share of the largest first-order correction there, and at least share^2 / 24 of how much the observable
/// itself changes.
double remainder_nearby(const std::vector<double>& corrections, const Series& series, const TimeGrid& grid,
                        std::size_t time, std::size_t component, double share) {
    double largest = 0.0;
    double lowest = series.values[time * series.components() + component];
    double highest = lowest;
    for (std::size_t other = 0; other < grid.size(); ++other) {
        if (grid.times[other] < 0.5 * grid.times[time] || grid.times[other] > 2.0 * grid.times[time])
            continue;
        const std::size_t point = other * series.components() + component;
        if (!std::isfinite(corrections[point])) continue;
        largest = std::max(largest, corrections[point]);
        lowest = std::min(lowest, series.values[point]);
        highest = std::max(highest, series.values[point]);
    }
    return std::max(share * largest, share * share / 24.0 * (highest - lowest));
}

}  // namespace

Combination combine(const Ensemble& ensemble, const TimeGrid& grid, const Accuracy& accuracy) {
    const std::size_t repeats = ensemble.coarse.size();
    const bool extrapolated = !ensemble.fine.empty();
    Combination result;
    result.series = ensemble.coarse.front();
    for (std::size_t index = 0; index < result.series.size(); ++index) {
        Series& series = result.series[index];
        std::vector<double> corrections(series.values.size(), 0.0);
        series.error.resize(series.values.size());
        for (std::size_t point = 0; point < series.values.size(); ++point) {
            const auto coarse = [&](std::size_t repeat) {
                return ensemble.coarse[repeat][index].values[point];
            };
            const auto fine = [&](std::size_t repeat) { return ensemble.fine[repeat][index].values[point]; };
            Estimate estimate = over_repeats(repeats, coarse);
            if (extrapolated) {
                estimate = over_repeats(
                    repeats, [&](std::size_t repeat) { return 2.0 * fine(repeat) - coarse(repeat); });
                corrections[point] = std::abs(over_repeats(repeats, [&](std::size_t repeat) {
                                                  return fine(repeat) - coarse(repeat);
                                              }).mean);
            }
            series.values[point] = estimate.mean;
            series.error[point] = estimate.standard_error;
        }
        double largest = 0.0;
        for (const double value : series.values)
            if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
        const double bias =
            accuracy.trajectories > 0 ? 2.0 * largest / static_cast<double>(accuracy.trajectories) : 0.0;
        const bool own = series.observable.own;
        for (std::size_t time = 0; time < grid.size(); ++time)
            for (std::size_t component = 0; component < series.components(); ++component) {
                double& error = series.error[time * series.components() + component];
                if (!std::isfinite(error)) continue;
                // The start is given exactly.
                if (grid.times[time] > 0.0) error = std::hypot(error, bias);
                const double discretization =
                    extrapolated
                        ? remainder_nearby(corrections, series, grid, time, component, accuracy.second_order)
                        : 0.0;
                if (!own) {
                    result.monte_carlo_error = std::max(result.monte_carlo_error, error);
                    result.discretization_error = std::max(result.discretization_error, discretization);
                }
                error = std::hypot(error, discretization);
            }
    }
    return result;
}

}  // namespace hidyn::dmft
