// SPDX-License-Identifier: MIT
#include "statistics/eligibility.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/replica_average.hpp"

namespace hidyn::statistics {

void keep_judgeable(Coordinates& data, Verdict& verdict) {
    std::vector<ReplicaGroup> kept;
    std::size_t alive_anywhere = 0;
    bool enough = false;
    for (ReplicaGroup& group : data.groups) {
        const auto all = static_cast<std::size_t>(group.deviations.rows());
        const auto alive = static_cast<std::size_t>(complete_replicas(group).rows());
        verdict.replicas.push_back({group.d, all, all - alive});
        alive_anywhere += alive;
        if (alive < fewest_replicas) continue;
        enough = true;
        if (2 * alive >= all) kept.push_back(std::move(group));
    }
    data.groups = std::move(kept);
    if (!data.groups.empty()) return;
    verdict.obstacle = alive_anywhere == 0 ? Obstacle::all_diverged
                       : enough            ? Obstacle::most_diverged
                                           : Obstacle::too_few_replicas;
}

void keep_testable_variances(Coordinates& data, const TimeGrid& grid) {
    constexpr double first_steps = 20.0;
    constexpr double heavy_tail = 6.0;
    for (std::size_t column = 0; column < data.list.size(); ++column) {
        double& variance = data.predicted_variance[static_cast<Eigen::Index>(column)];
        for (const ReplicaGroup& group : data.groups) {
            const double time = grid.times[data.list[column].time];
            const Eigen::ArrayXd values = group.deviations.col(static_cast<Eigen::Index>(column)).array();
            const Eigen::ArrayXd squares = (values - values.mean()).square();
            const double kurtosis = squares.square().mean() / (squares.mean() * squares.mean()) - 3.0;
            if (time * group.d < first_steps || kurtosis > heavy_tail)
                variance = std::numeric_limits<double>::quiet_NaN();
        }
    }
}

double last_finite_time(const TheoryRun& theory, const TimeGrid& grid) {
    std::size_t end = 0;
    for (const Series& series : theory.trajectory->series) {
        if (series.observable.own || !is_reported(*theory.trajectory, series)) continue;
        const std::vector<double> mean = theory_mean(series);
        for (std::size_t time = end; time < grid.size(); ++time)
            for (std::size_t component = 0; component < series.components(); ++component)
                if (std::isfinite(mean[time * series.components() + component])) end = time + 1;
    }
    return end == grid.size() ? std::numeric_limits<double>::infinity()
                              : grid.times[std::max<std::size_t>(end, 1) - 1];
}

bool nothing_has_spread(const Coordinates& data) {
    for (const ReplicaGroup& group : data.groups)
        for (Eigen::Index column = 0; column < group.deviations.cols(); ++column)
            if (!((group.deviations.col(column).array() - group.deviations(0, column)).abs() <=
                  data.floor[column])
                     .all())
                return false;
    return true;
}

double first_selection(const Coordinates& data, const TimeGrid& grid) {
    constexpr double noticeable = 0.05;
    double first = std::numeric_limits<double>::infinity();
    for (const ReplicaGroup& group : data.groups)
        for (std::size_t column = 0; column < data.list.size(); ++column) {
            const auto values = group.deviations.col(static_cast<Eigen::Index>(column)).array();
            const double alive = static_cast<double>(values.isFinite().count());
            if (alive < (1.0 - noticeable) * static_cast<double>(values.size()))
                first = std::min(first, grid.times[data.list[column].time]);
        }
    return first;
}

}  // namespace hidyn::statistics
