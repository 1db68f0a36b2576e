// SPDX-License-Identifier: MIT
#include "models/multi_index/simulation/stepping.hpp"

#include <algorithm>
#include <cmath>

#include "core/replicas.hpp"
#include "models/multi_index/simulation/journal.hpp"
#include "models/multi_index/simulation/learner.hpp"

namespace hidyn::multi_index {
namespace {

// A field is part of the update of the step at its time, where steps stay finite: the weights have it one
// step later. Where time becomes continuous, they have it at once.
std::vector<std::uint64_t> perturbations(const MultiIndex& problem, double step) {
    std::vector<std::uint64_t> after;
    for (const double time : problem.recording.response_at)
        after.push_back(static_cast<std::uint64_t>(std::round(time / step)) +
                        (problem.finite_step() ? 1 : 0));
    return after;
}

void steps_of_replica(const MultiIndex& problem, double step, const RouteRun& run, std::size_t replica,
                      BlockWatch& watch) {
    Learner learner(problem, run.info.d, run.key(replica), step);
    learner.perturb_after(perturbations(problem, step));
    Journal journal(problem, run.recorder, replica);
    follow_schedule(
        watch, [&](Archive& archive) { archive(learner, journal); },
        [&](std::uint64_t steps) {
            for (std::uint64_t made = 0; made < steps; ++made) learner.step();
        },
        [&](std::uint64_t at) {
            if (learner.weights().largest_norm() <= divergence_threshold) return watch.proceed(at);
            watch.mark_diverged(replica, at);
            return false;
        },
        [&](const Sampling& sampling) { journal.sample(learner, sampling); });
    journal.finish(run.info.d);
}

}  // namespace

Outcome simulate_steps(const MultiIndex& problem, double step, const RouteRun& run) {
    Outcome outcome = run_replicas(run.info.replicas, 1, 1.0 / step, run.grid, run.recorder, run.progress,
                                   [&](std::size_t replica, BlockWatch& watch) {
                                       steps_of_replica(problem, step, run, replica, watch);
                                   });
    outcome.attributes["n"] = static_cast<double>(problem.samples(run.info.d));
    outcome.attributes["time_step"] = step;
    return outcome;
}

// Euler-Maruyama errs at first order: its noise, of variance delta/alpha per sample, comes with a drift
// squared of relative size delta/alpha, and what a step of delta does to a preactivation is of order eta
// delta. Both at most 2 % leave errors of about 1 %, the statistical error of some thirty replicas at d =
// 1000.
double standard_time_step(const MultiIndex& problem) {
    const Algorithm& algorithm = problem.algorithm;
    return 0.02 * std::min(1.0, problem.sample_ratio) /
           std::max(1.0, algorithm.learning_rate * (1.0 + algorithm.ridge));
}

}  // namespace hidyn::multi_index
