// SPDX-License-Identifier: MIT
#include "statistics/places.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/participants.hpp"
#include "statistics/replica_average.hpp"
#include "statistics/size_functional.hpp"

namespace hidyn::statistics {

LargestDeviation locate(const SimultaneousResult& test, const Coordinates& data, const TheoryRun& theory,
                        const TimeGrid& grid, bool variance) {
    const Coordinate& where = data.list[test.coordinate];
    const auto column = static_cast<Eigen::Index>(test.coordinate);
    const Participants who = participants(data);
    LargestDeviation result;
    result.observable = data.observables[where.observable];
    result.component =
        theory.trajectory->find(result.observable)->observable.component_label(where.component);
    result.time = grid.times[where.time];
    result.theory = variance ? data.predicted_variance[column] : data.theory[column];
    result.simulation = variance ? result.theory * test.estimate : result.theory + test.estimate;
    result.relative = std::abs(result.simulation - result.theory) / std::abs(result.theory);
    result.z = test.z;
    result.d = distinct_sizes(who.d) > 1 ? std::numeric_limits<double>::infinity() : who.d.front();
    return result;
}

Verdict::Place first_hole(const TheoryRun& theory, const std::vector<std::string>& compared,
                          const TimeGrid& grid, double end) {
    Verdict::Place first{"", "", std::numeric_limits<double>::infinity()};
    for (const std::string& name : compared) {
        const Series& series = *theory.trajectory->find(name);
        const std::vector<double> mean = theory_mean(series);
        for (std::size_t time = 0; time < grid.size() && grid.times[time] <= end; ++time)
            for (const std::size_t component : series.observable.independent_components()) {
                const std::size_t index = time * series.components() + component;
                const double error = series.error.empty() ? 0.0 : series.error[index];
                if ((!std::isfinite(mean[index]) || !std::isfinite(error)) && grid.times[time] < first.time)
                    first = {name, series.observable.component_label(component), grid.times[time]};
            }
    }
    return first;
}

Verdict::Place first_vague(const Coordinates& data, const TheoryRun& theory, const TimeGrid& grid) {
    const Eigen::MatrixXd rows = complete_replicas(data.groups.back());
    const auto n = static_cast<double>(rows.rows());
    for (std::size_t column = 0; column < data.list.size(); ++column) {
        const Coordinate& where = data.list[column];
        const Series& series = *theory.trajectory->find(data.observables[where.observable]);
        const auto place = static_cast<Eigen::Index>(column);
        const Eigen::ArrayXd values = rows.col(place).array();
        const double error = std::sqrt((values - values.mean()).square().sum() / (n - 1.0) / n);
        if (data.theory_error[place] > std::max(error, 0.01 * magnitude(series)))
            return {series.observable.name, series.observable.component_label(where.component),
                    grid.times[where.time]};
    }
    return {};
}

}  // namespace hidyn::statistics
