// SPDX-License-Identifier: MIT
#include "statistics/coordinates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/comparison.hpp"
#include "statistics/replica_average.hpp"

namespace hidyn::statistics {

namespace {

/// A theory series and the simulation's deviations from it at every size.
struct Shared {
    const Series* theory;
    std::vector<Series> differences;
};

std::vector<Shared> shared_observables(std::span<const SimulationRun> sizes, const TheoryRun& theory) {
    std::vector<Shared> shared;
    for (const Series& predicted : theory.trajectory->series) {
        Shared candidate{&predicted, {}};
        for (const SimulationRun& run : sizes)
            if (const Series* measured = counterpart(run, theory, predicted))
                candidate.differences.push_back(deviations(*measured, predicted));
        if (!sizes.empty() && candidate.differences.size() == sizes.size())
            shared.push_back(std::move(candidate));
    }
    return shared;
}

std::vector<std::size_t> thinned(std::size_t times, std::size_t wanted) {
    std::vector<std::size_t> kept;
    const std::size_t count = std::clamp<std::size_t>(wanted, std::min<std::size_t>(times, 2), times);
    for (std::size_t index = 0; index < count; ++index)
        kept.push_back(count < 2 ? 0 : (index * (times - 1) + (count - 1) / 2) / (count - 1));
    return kept;
}

/// Paths are smooth in both times of a two-time function, so its second time is thinned too.
std::vector<std::size_t> tested_components(const Observable& what) {
    constexpr std::size_t second_times = 24;
    std::vector<std::size_t> components = what.independent_components();
    if (what.dimensions.empty() || !what.dimensions.front().is_time()) return components;
    const std::vector<std::size_t> kept = thinned(what.dimensions.front().size, second_times);
    const std::size_t inner = what.size() / what.dimensions.front().size;
    std::erase_if(components, [&](std::size_t component) {
        return !std::ranges::binary_search(kept, component / inner);
    });
    return components;
}

Eigen::Index rows_of(const Series& series) {
    return static_cast<Eigen::Index>(replica_count(series));
}

}  // namespace

Coordinates gather(std::span<const SimulationRun> sizes, const TheoryRun& theory, std::size_t largest) {
    const std::vector<Shared> shared = shared_observables(sizes, theory);
    std::size_t per_time = 0;
    for (const Shared& one : shared) per_time += tested_components(one.theory->observable).size();

    Coordinates result;
    std::vector<double> value, error, variance, floor;
    for (const Shared& one : shared) {
        const Series& predicted = *one.theory;
        const auto components = tested_components(predicted.observable);
        const auto curve = theory_mean(predicted);
        const double unit = rounding * magnitude(predicted);
        for (const std::size_t time : thinned(predicted.times, largest / std::max<std::size_t>(per_time, 1)))
            for (const std::size_t component : components) {
                const std::size_t index = time * predicted.components() + component;
                const double uncertainty = predicted.error.empty() ? 0.0 : predicted.error[index];
                // A theory that does not know how wrong it is can neither be confirmed nor refuted there.
                if (!std::isfinite(curve[index]) || !std::isfinite(uncertainty)) continue;
                result.list.push_back({result.observables.size(), time, component});
                value.push_back(curve[index]);
                error.push_back(uncertainty);
                variance.push_back(predicted.variance.empty() || predicted.observable.derived
                                       ? std::numeric_limits<double>::quiet_NaN()
                                       : predicted.variance[index]);
                floor.push_back(unit);
            }
        result.observables.push_back(predicted.observable.name);
    }

    const auto count = static_cast<Eigen::Index>(result.list.size());
    const auto vector = [count](const std::vector<double>& from) {
        return Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(from.data(), count));
    };
    result.theory = vector(value);
    result.theory_error = vector(error);
    result.predicted_variance = vector(variance);
    result.floor = vector(floor);

    for (std::size_t size = 0; size < sizes.size(); ++size) {
        Eigen::Index rows = 0;
        for (const Shared& one : shared) rows = std::max(rows, rows_of(one.differences[size]));
        ReplicaGroup group{sizes[size].d,
                           Eigen::MatrixXd::Constant(rows, count, std::numeric_limits<double>::quiet_NaN())};
        for (Eigen::Index column = 0; column < count; ++column) {
            const Coordinate& where = result.list[static_cast<std::size_t>(column)];
            const Series& difference = shared[where.observable].differences[size];
            for (Eigen::Index row = 0; row < rows_of(difference); ++row)
                group.deviations(row, column) =
                    difference.at(static_cast<std::size_t>(row), where.time)[where.component];
        }
        result.groups.push_back(std::move(group));
    }
    return result;
}

Coordinates select(const Coordinates& all, const std::vector<std::size_t>& columns) {
    std::vector<Eigen::Index> kept(columns.begin(), columns.end());
    Coordinates result;
    result.observables = all.observables;
    for (const std::size_t column : columns) result.list.push_back(all.list[column]);
    for (const ReplicaGroup& group : all.groups)
        result.groups.push_back({group.d, group.deviations(Eigen::all, kept)});
    result.theory = all.theory(kept);
    result.theory_error = all.theory_error(kept);
    result.predicted_variance = all.predicted_variance(kept);
    result.floor = all.floor(kept);
    return result;
}

Eigen::MatrixXd complete_replicas(const ReplicaGroup& group) {
    std::vector<Eigen::Index> rows;
    for (Eigen::Index row = 0; row < group.deviations.rows(); ++row)
        if (group.deviations.row(row).allFinite()) rows.push_back(row);
    return group.deviations(rows, Eigen::all);
}

}  // namespace hidyn::statistics
