// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/problem.hpp"
#include "core/recorder.hpp"

/// Solves a registered route of a problem that a test has made.
namespace cases {

struct RouteSolution {
    hidyn::Outcome outcome;
    hidyn::Trajectory trajectory;

    [[nodiscard]] double at(const std::string& observable, std::size_t time,
                            std::size_t component = 0) const {
        return trajectory.find(observable)->at(0, time)[component];
    }
    [[nodiscard]] double error_at(const std::string& observable, std::size_t time,
                                  std::size_t component = 0) const {
        const hidyn::Series& series = *trajectory.find(observable);
        return series.error[time * series.components() + component];
    }
};

/// The route's keys at their standard values, except those given.
inline hidyn::Table table_of(const hidyn::RouteKind& kind, const std::map<std::string, hidyn::Value>& given) {
    hidyn::Table table;
    for (const hidyn::Key& key : kind.keys)
        if (const auto found = given.find(key.name); found != given.end())
            table.set(key.name, {found->second, true, key.name, "given"});
        else if (key.standard)
            table.set(key.name, {*key.standard, false, "", ""});
    return table;
}

inline RouteSolution solve_route(const hidyn::RouteKind& kind,
                                 const std::shared_ptr<const hidyn::Problem>& problem,
                                 const std::map<std::string, hidyn::Value>& keys, std::vector<double> times,
                                 hidyn::RouteInfo info = {}) {
    info.name = info.name.empty() ? kind.name : info.name;
    info.label = info.name;
    info.kind = kind.name;
    info.theory = kind.theory;
    const hidyn::TimeGrid grid{.times = std::move(times), .unit = problem->time_unit()};
    const hidyn::Table table = table_of(kind, keys);
    hidyn::Complaints complaints;
    const auto route = kind.make({problem, table, info, grid}, complaints);
    complaints.raise();
    std::vector<hidyn::Observable> observables = problem->observables();
    for (const hidyn::Observable& own : route->own_observables()) observables.push_back(own);
    hidyn::Recorder recorder(observables, info.replicas, grid.size());
    hidyn::Progress progress;
    RouteSolution solved;
    solved.outcome = route->solve(grid, recorder, progress);
    solved.trajectory = recorder.take();
    return solved;
}

}  // namespace cases
