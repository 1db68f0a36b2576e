// SPDX-License-Identifier: MIT
#include "statistics/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/comparison.hpp"
#include "statistics/replica_average.hpp"
#include "statistics/size_functional.hpp"

namespace hidyn::statistics {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

bool shared_by_all(std::span<const SimulationRun> sizes, const TheoryRun& theory, const Series& predicted) {
    return !sizes.empty() && std::all_of(sizes.begin(), sizes.end(), [&](const SimulationRun& run) {
        return counterpart(run, theory, predicted) != nullptr;
    });
}

double combine(const std::vector<double>& functional, const std::vector<ReplicaAverage>& averages,
               std::size_t index) {
    double sum = 0;
    for (std::size_t j = 0; j < averages.size(); ++j) sum += functional[j] * averages[j].mean[index];
    return sum;
}

/// Variance of the combination, and its Welch-Satterthwaite degrees of freedom.
std::pair<double, double> uncertainty(const std::vector<double>& functional,
                                      const std::vector<ReplicaAverage>& averages, std::size_t index) {
    double variance = 0, welch = 0;
    for (std::size_t j = 0; j < averages.size(); ++j) {
        const double part = std::pow(functional[j] * averages[j].standard_error[index], 2);
        variance += part;
        welch += part * part / (static_cast<double>(averages[j].used[index]) - 1);
    }
    return {variance, variance * variance / welch};
}

double curvature_chi2(const Series& theory, std::span<const double> d, std::span<const double> weights,
                      const std::vector<ReplicaAverage>& averages, double floor) {
    if (distinct_sizes(d) < 3) return unknown;
    const auto functional = size_functional(d, weights, 2, 2);
    double sum = 0, points = 0, floor_variance = 0;
    for (const double weight : functional) floor_variance += std::pow(weight * floor, 2);
    for (std::size_t time = 0; time < theory.times; ++time)
        for (const std::size_t component : theory.observable.independent_components()) {
            const std::size_t index = time * theory.components() + component;
            const auto [variance, dof] = uncertainty(functional, averages, index);
            if (!(variance > floor_variance && dof > 2)) continue;
            const double value = combine(functional, averages, index);
            sum += value * value / variance * (dof - 2) / dof;
            points += 1;
        }
    return points > 0 ? sum / points : unknown;
}

LimitFit extrapolate(std::span<const SimulationRun> sizes, const Series& theory) {
    std::vector<ReplicaAverage> averages;
    std::vector<double> d, weights;
    for (const SimulationRun& run : sizes) {
        averages.push_back(deviation_average(*run.trajectory->find(theory.observable.name), theory));
        const double alive = static_cast<double>(averages.back().replicas - averages.back().diverged);
        d.push_back(run.d);
        weights.push_back(std::max(alive, 1.0) * run.d);
    }
    const auto to_limit = size_functional(d, weights, 1, 0);
    const auto to_slope = size_functional(d, weights, 1, 1);
    const auto curve = theory_mean(theory);
    const double floor = rounding * magnitude(theory);

    LimitFit fit;
    fit.observable = theory.observable.name;
    for (std::size_t index = 0; index < curve.size(); ++index) {
        const double deviation = combine(to_limit, averages, index);
        const double error = std::sqrt(uncertainty(to_limit, averages, index).first);
        const double theory_error = theory.error.empty() ? 0.0 : theory.error[index];
        fit.limit.push_back(curve[index] + deviation);
        fit.limit_error.push_back(error);
        fit.slope.push_back(combine(to_slope, averages, index));
        fit.slope_error.push_back(std::sqrt(uncertainty(to_slope, averages, index).first));
        fit.z.push_back(deviation / std::hypot(error, theory_error, floor));
        fit.max_abs_z = std::fmax(fit.max_abs_z, std::abs(fit.z.back()));
    }
    fit.curvature_chi2 = curvature_chi2(theory, d, weights, averages, floor);
    return fit;
}

/// For each replica the mean square deviation; NaN for one that diverges.
std::vector<double> mean_squares(const Series& difference) {
    const auto kept = difference.observable.independent_components();
    std::vector<double> result;
    for (std::size_t replica = 0; replica < replica_count(difference); ++replica) {
        double sum = 0;
        for (std::size_t time = 0; time < difference.times; ++time)
            for (const std::size_t component : kept)
                sum += std::pow(difference.at(replica, time)[component], 2);
        result.push_back(sum / static_cast<double>(difference.times * kept.size()));
    }
    return result;
}

/// log D and its delete-one error from the mean squares of the replicas that did not diverge.
std::pair<double, double> log_deviation(std::vector<double> squares) {
    std::erase_if(squares, [](double value) { return !std::isfinite(value); });
    const double n = static_cast<double>(squares.size());
    double total = 0;
    for (const double value : squares) total += value;
    if (squares.empty() || !(total > 0)) return {unknown, unknown};
    if (squares.size() < 2) return {0.5 * std::log(total / n), unknown};
    double mean = 0, square = 0;
    for (const double value : squares) {
        const double left_out = 0.5 * std::log((total - value) / (n - 1));
        mean += left_out / n;
        square += left_out * left_out / n;
    }
    return {0.5 * std::log(total / n), std::sqrt((n - 1) * std::max(square - mean * mean, 0.0))};
}

DeviationFall fall(std::string name, std::span<const SimulationRun> sizes,
                   const std::vector<std::vector<double>>& squares) {
    DeviationFall result{std::move(name), {}, {}, {}, unknown, unknown};
    std::vector<double> log_sizes, logs, errors, weights;
    for (std::size_t j = 0; j < sizes.size(); ++j) {
        const auto [log, error] = log_deviation(squares[j]);
        result.sizes.push_back(sizes[j].d);
        result.deviation.push_back(std::exp(log));
        result.deviation_error.push_back(std::exp(log) * error);
        if (!std::isfinite(log)) continue;
        log_sizes.push_back(std::log(sizes[j].d));
        logs.push_back(log);
        errors.push_back(error);
        weights.push_back(static_cast<double>(squares[j].size()));
    }
    if (distinct_sizes(log_sizes) < 2) return result;

    double total = 0, centre = 0, spread = 0, variance = 0;
    for (std::size_t j = 0; j < logs.size(); ++j) {
        total += weights[j];
        centre += weights[j] * log_sizes[j];
    }
    centre /= total;
    for (std::size_t j = 0; j < logs.size(); ++j) spread += weights[j] * std::pow(log_sizes[j] - centre, 2);
    result.exponent = 0;
    for (std::size_t j = 0; j < logs.size(); ++j) {
        const double functional = -weights[j] * (log_sizes[j] - centre) / spread;
        result.exponent += functional * logs[j];
        variance += std::pow(functional * errors[j], 2);
    }
    result.exponent_error = std::sqrt(variance);
    return result;
}

}  // namespace

std::vector<LimitFit> extrapolate(std::span<const SimulationRun> sizes, const TheoryRun& theory) {
    std::vector<double> d;
    for (const SimulationRun& run : sizes) d.push_back(run.d);
    std::vector<LimitFit> fits;
    if (distinct_sizes(d) < 2) return fits;
    for (const Series& predicted : theory.trajectory->series)
        if (shared_by_all(sizes, theory, predicted)) fits.push_back(extrapolate(sizes, predicted));
    return fits;
}

std::vector<DeviationFall> deviation_fall(std::span<const SimulationRun> sizes, const TheoryRun& theory) {
    std::vector<DeviationFall> falls;
    std::vector<std::vector<double>> together(sizes.size());
    for (const Series& predicted : theory.trajectory->series) {
        if (!shared_by_all(sizes, theory, predicted)) continue;
        const double unit = std::pow(magnitude(predicted), 2);
        std::vector<std::vector<double>> squares;
        for (std::size_t j = 0; j < sizes.size(); ++j) {
            const Series& measured = *sizes[j].trajectory->find(predicted.observable.name);
            squares.push_back(mean_squares(deviations(measured, predicted)));
            together[j].resize(squares[j].size(), 0.0);
            for (std::size_t replica = 0; replica < squares[j].size(); ++replica)
                together[j][replica] += squares[j][replica] / unit;
        }
        falls.push_back(fall(predicted.observable.name, sizes, squares));
    }
    if (!falls.empty()) falls.push_back(fall("all", sizes, together));
    return falls;
}

}  // namespace hidyn::statistics
