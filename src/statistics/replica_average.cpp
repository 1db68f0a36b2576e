// SPDX-License-Identifier: MIT
#include "statistics/replica_average.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.hpp"

namespace hidyn::statistics {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Over the replicas that are alive at a time, according to `lives`, and finite.
ReplicaAverage average_of(const Series& series, const Series& lives) {
    const std::size_t width = series.components();
    const std::size_t size = series.times * width;
    ReplicaAverage average;
    average.replicas = replica_count(series);
    average.mean.assign(size, 0.0);
    average.variance.assign(size, 0.0);
    average.used.assign(size, 0);

    // Welford's update: one pass, and no cancellation when the spread is far below the mean.
    for (std::size_t replica = 0; replica < average.replicas; ++replica) {
        const std::size_t alive = failure_time(lives, replica);
        if (alive < series.times) ++average.diverged;
        const double* values = series.values.data() + replica * size;
        for (std::size_t index = 0; index < alive * width; ++index) {
            if (!std::isfinite(values[index])) continue;
            const double step = values[index] - average.mean[index];
            average.mean[index] += step / static_cast<double>(++average.used[index]);
            average.variance[index] += step * (values[index] - average.mean[index]);
        }
    }

    average.standard_error.assign(size, undefined);
    for (std::size_t index = 0; index < size; ++index) {
        const double n = static_cast<double>(average.used[index]);
        if (n < 1) average.mean[index] = undefined;
        average.variance[index] = n < 2 ? undefined : average.variance[index] / (n - 1);
        if (n >= 2) average.standard_error[index] = std::sqrt(average.variance[index] / n);
    }
    return average;
}

}  // namespace

std::size_t replica_count(const Series& series) {
    return std::max<std::size_t>(series.replicas, 1);
}

std::size_t failure_time(const Series& series, std::size_t replica) {
    for (std::size_t time = 0; time < series.times; ++time)
        for (const double value : series.at(replica, time))
            if (!std::isfinite(value)) return time;
    return series.times;
}

ReplicaAverage replica_average(const Series& series) {
    return average_of(series, series);
}

ReplicaAverage deviation_average(const Series& simulation, const Series& theory) {
    return average_of(deviations(simulation, theory), simulation);
}

Series deviations(const Series& simulation, const Series& theory) {
    const std::size_t replicas = replica_count(simulation);
    const std::string& name = simulation.observable.name;
    if (simulation.components() != theory.components())
        throw InputError("cannot compare '" + name + "': the simulation has " +
                         std::to_string(simulation.components()) + " components and the theory " +
                         std::to_string(theory.components()));
    if (simulation.times != theory.times)
        throw InputError("cannot compare '" + name + "': the simulation has " +
                         std::to_string(simulation.times) + " times and the theory " +
                         std::to_string(theory.times));
    if (theory.replicas > 0 && theory.replicas < replicas)
        throw InputError("cannot compare '" + name + "': the theory has " + std::to_string(theory.replicas) +
                         " curves for " + std::to_string(replicas) + " replicas");

    Series difference(simulation.observable, replicas, simulation.times);
    difference.error = theory.error;
    difference.variance = theory.variance;
    for (std::size_t replica = 0; replica < replicas; ++replica) {
        const std::size_t alive = failure_time(simulation, replica);
        for (std::size_t time = 0; time < alive; ++time) {
            const auto measured = simulation.at(replica, time);
            const auto predicted = theory.at(theory.replicas > 0 ? replica : 0, time);
            const auto result = difference.at(replica, time);
            for (std::size_t component = 0; component < result.size(); ++component)
                result[component] = measured[component] - predicted[component];
        }
    }
    return difference;
}

std::vector<double> theory_mean(const Series& theory) {
    const std::size_t size = theory.times * theory.components();
    std::vector<double> mean(size, undefined);
    for (std::size_t index = 0; index < size; ++index) {
        double sum = 0.0;
        double count = 0.0;
        for (std::size_t place = index; place < theory.values.size(); place += size)
            if (std::isfinite(theory.values[place])) {
                sum += theory.values[place];
                count += 1.0;
            }
        if (count > 0.0) mean[index] = sum / count;
    }
    return mean;
}

}  // namespace hidyn::statistics
