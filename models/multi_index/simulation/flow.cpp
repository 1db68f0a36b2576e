// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/flow.hpp"

#include <algorithm>

#include "core/replicas.hpp"
#include "math/integrator.hpp"
#include "models/multi_index/simulation/journal.hpp"
#include "models/multi_index/simulation/learner.hpp"

namespace hidyn::multi_index {
namespace {

/// Carries the learner through these times from now on; its weights are at times[index] when `reached` is
/// called and at the last time behind it.
template <class Reached>
math::IntegrationReport integrate(Learner& learner, const std::vector<double>& times, double tolerance,
                                  Progress& progress, Reached reached) {
    Weights& weights = learner.weights();
    const auto settle = [&](const math::State& state) {
        std::copy(state.begin(), state.end(), weights.data());
    };
    math::Integration equations;
    equations.derivative = [&](const math::State& state, math::State& derivative, double) {
        settle(state);
        learner.slope(derivative.data());
    };
    equations.diverged = [&](const math::State& state) {
        settle(state);
        return !(weights.largest_norm() <= divergence_threshold);
    };
    equations.record = [&](std::size_t index, const math::State& state) {
        settle(state);
        reached(index);
    };
    equations.relative_tolerance = tolerance;
    equations.absolute_tolerance = tolerance;
    const math::State start(weights.data(), weights.data() + weights.size());
    return math::integrate(equations, start, times, progress);
}

void flow_of_replica(const MultiIndex& problem, double tolerance, const RouteRun& run, std::size_t replica,
                     BlockWatch& watch) {
    const TimeGrid& grid = run.grid;
    Learner learner(problem, run.info.d, run.key(replica), 0.0);
    Journal journal(problem, run.recorder, replica);
    // Each perturbed copy joins the system of equations at its time: one integration between any two.
    std::vector<double> borders = problem.recording.response_at;
    borders.push_back(grid.end());
    double begin = 0.0;
    std::size_t first = 0;
    for (std::size_t part = 0; part < borders.size(); ++part) {
        if (part > 0) learner.perturb();
        const auto last = static_cast<std::size_t>(std::ranges::upper_bound(grid.times, borders[part]) -
                                                   grid.times.begin());
        std::vector<double> times;
        for (std::size_t time = first; time < last; ++time) times.push_back(grid.times[time] - begin);
        const double length = borders[part] - begin;
        const bool goes_on = part + 1 < borders.size();
        // The state at the border starts the next part; at its end too if the grid ends there.
        times.push_back(length);
        PartialProgress share(run.progress, grid.end() > 0.0
                                                ? length / grid.end() / static_cast<double>(run.info.replicas)
                                                : 0.0);
        const math::IntegrationReport report =
            integrate(learner, times, tolerance, share, [&](std::size_t index) {
                if (first + index < last) journal.sample(learner, {.time = first + index});
            });
        if (report.status != Status::complete) {
            watch.mark_diverged_at(replica, begin + report.reached, begin + report.reached);
            break;
        }
        if (!goes_on) break;
        begin = borders[part];
        first = last;
    }
    journal.finish(run.info.d);
}

}  // namespace

Outcome simulate_flow(const MultiIndex& problem, double tolerance, const RouteRun& run) {
    Outcome outcome = run_replicas(run.info.replicas, 1, 1.0, run.grid, run.recorder, run.progress,
                                   [&](std::size_t replica, BlockWatch& watch) {
                                       flow_of_replica(problem, tolerance, run, replica, watch);
                                   });
    outcome.attributes["n"] = static_cast<double>(problem.samples(run.info.d));
    return outcome;
}

}  // namespace hidyn::multi_index
