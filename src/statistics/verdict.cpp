// SPDX-License-Identifier: MIT
#include "statistics/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "statistics/decision.hpp"
#include "statistics/eligibility.hpp"
#include "statistics/participants.hpp"
#include "statistics/places.hpp"

namespace hidyn::statistics {
namespace {

/// "sim" for sim-d100, sim-d400.
std::string common_name(std::span<const SimulationRun> sizes) {
    if (sizes.empty()) return "the simulation";
    std::string name = sizes.front().name;
    if (sizes.size() == 1) return name;
    for (const SimulationRun& run : sizes) {
        const auto end = std::mismatch(name.begin(), name.end(), run.name.begin(), run.name.end()).first;
        name.erase(end, name.end());
    }
    while (!name.empty() && std::string("-_ .0123456789").find(name.back()) != std::string::npos)
        name.pop_back();
    if (name.size() > 2 && (name.ends_with("-d") || name.ends_with("_d"))) name.resize(name.size() - 2);
    return name.empty() ? sizes.front().name : name;
}

void check_times(const Trajectory& trajectory, const std::string& name, const TimeGrid& grid) {
    for (const Series& series : trajectory.series)
        if (series.times != grid.size())
            throw InputError("cannot compare '" + name + "': '" + series.observable.name + "' has " +
                             std::to_string(series.times) + " times, the time grid has " +
                             std::to_string(grid.size()));
}

}  // namespace

Verdict judge(std::span<const SimulationRun> sizes, const TheoryRun& theory, const TimeGrid& grid,
              const VerdictOptions& options) {
    check_times(*theory.trajectory, theory.name, grid);
    for (const SimulationRun& run : sizes) check_times(*run.trajectory, run.name, grid);

    Verdict verdict;
    verdict.simulation = common_name(sizes);
    verdict.theory = theory.name;
    verdict.level = options.level;
    verdict.allows_for_size = options.finite_size > 0.0;
    verdict.times = grid.size();
    for (const SimulationRun& run : sizes) verdict.comparisons.push_back(compare(run, theory));
    verdict.limits = extrapolate(sizes, theory);
    verdict.falls = deviation_fall(sizes, theory);

    Coordinates data = gather(sizes, theory, options.largest_problem);
    if (data.list.empty()) {
        verdict.obstacle = data.observables.empty()                        ? Obstacle::nothing_in_common
                           : std::isfinite(last_finite_time(theory, grid)) ? Obstacle::theory_ends_at_start
                                                                           : Obstacle::nothing_known;
        return verdict;
    }
    std::set<std::size_t> times;
    for (const Coordinate& where : data.list) times.insert(where.time);
    verdict.times_tested = times.size();

    keep_judgeable(data, verdict);
    verdict.theory_ends_at = last_finite_time(theory, grid);
    verdict.hole = first_hole(theory, data.observables, grid, verdict.theory_ends_at);
    if (verdict.obstacle == Obstacle::none && std::isfinite(verdict.theory_ends_at) &&
        nothing_has_spread(data))
        verdict.obstacle = Obstacle::theory_ends_at_start;
    if (verdict.obstacle != Obstacle::none) return verdict;
    keep_testable_variances(data, grid);
    verdict.fit_p_value = restrict_to_law(data, options);
    verdict.sizes_used = participants(data).d;
    verdict.vague = first_vague(data, theory, grid);
    decide(verdict, data, theory, grid, options);
    look_before_selections(verdict, data, theory, grid, options);
    return verdict;
}

}  // namespace hidyn::statistics
