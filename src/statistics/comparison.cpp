// SPDX-License-Identifier: MIT
#include "statistics/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/replica_average.hpp"

namespace hidyn::statistics {

namespace {

/// Summaries count each independent component once; the full matrices stay in the vectors.
void summarise(Comparison& result, const Series& theory, const std::vector<double>& theory_error,
               double floor) {
    const std::size_t width = theory.components();
    const auto kept = theory.observable.independent_components();
    double sum = 0;
    std::size_t points = 0;
    result.max_abs_z = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t time = 0; time < theory.times; ++time)
        for (const std::size_t component : kept) {
            const std::size_t index = time * width + component;
            const double size = std::abs(result.deviation[index]);
            const double z = std::abs(result.z[index]);
            if (size > result.max_abs_deviation) {
                result.max_abs_deviation = size;
                result.max_time = time;
                result.max_component = component;
            }
            if (z > result.max_abs_z || (std::isnan(result.max_abs_z) && !std::isnan(z))) {
                result.max_abs_z = z;
                result.max_z_time = time;
                result.max_z_component = component;
            }
            const double n = static_cast<double>(result.used[index]);
            const bool spread = std::hypot(result.standard_error[index], theory_error[index]) > floor;
            if (n < 4 || !spread || std::isnan(z)) continue;
            sum += z * z * (n - 3) / (n - 1);
            ++points;
        }
    result.chi2_per_point =
        points > 0 ? sum / static_cast<double>(points) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double magnitude(const Series& series) {
    double largest = 0;
    for (const double value : series.values)
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    return largest > 0 ? largest : 1.0;
}

Comparison compare(const Series& simulation, const Series& theory, double d) {
    const ReplicaAverage difference = deviation_average(simulation, theory);
    Comparison result;
    result.observable = simulation.observable.name;
    result.d = d;
    result.mean = replica_average(simulation).mean;
    result.deviation = difference.mean;
    result.standard_error = difference.standard_error;
    result.used = difference.used;
    result.diverged = difference.diverged;

    const double floor = rounding * magnitude(theory);
    std::vector<double> theory_error = theory.error;
    theory_error.resize(result.mean.size(), 0.0);
    result.z.resize(result.mean.size());
    for (std::size_t index = 0; index < result.z.size(); ++index)
        result.z[index] =
            result.deviation[index] / std::hypot(result.standard_error[index], theory_error[index], floor);
    summarise(result, theory, theory_error, floor);
    return result;
}

std::vector<Comparison> compare(const SimulationRun& simulation, const TheoryRun& theory) {
    std::vector<Comparison> results;
    for (const Series& predicted : theory.trajectory->series)
        if (const Series* measured = counterpart(simulation, theory, predicted))
            results.push_back(compare(*measured, predicted, simulation.d));
    return results;
}

}  // namespace hidyn::statistics
