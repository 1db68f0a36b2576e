// SPDX-License-Identifier: MIT
#include "solvers/sde/deep_linear.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/keys.hpp"
#include "core/parallel.hpp"
#include "models/deep_linear/mode_statistics.hpp"
#include "solvers/equations/deep_linear/aligned_modes.hpp"
#include "solvers/sde/ensemble_average.hpp"
#include "solvers/sde/mode_paths.hpp"

namespace hidyn::sde {
namespace {

using deep_linear::DeepLinear;
using deep_linear::ModeSample;
using deep_linear::Observables;

/// How the paths are made.
struct Scheme {
    std::size_t paths;  ///< of one part
    bool finite_step;
    double time_step;
};

/// The time at which it diverged, or NaN.
double follow_part(const DeepLinear& problem, const Scheme& scheme, std::size_t part, const RouteRun& run,
                   Recorder& ensemble) {
    const std::size_t K = problem.modes();
    const Observables report(problem);
    std::vector<ModePaths> modes;
    for (std::size_t mode = 0; mode < K; ++mode) {
        modes.emplace_back(ModeLaw(problem, mode, scheme.finite_step), problem.initial.strengths[mode],
                           scheme.paths, run.key(part * K + mode));
        if (problem.asked.learned_at) modes.back().watch(*problem.asked.learned_at * problem.strengths[mode]);
    }
    std::vector<double> strengths(K * scheme.paths), passages;
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        if (run.progress.stop_requested()) return std::nan("");
        passages.clear();
        for (std::size_t mode = 0; mode < K; ++mode) {
            modes[mode].advance_to(run.grid.times[time], scheme.time_step);
            if (!modes[mode].finite()) {
                ensemble.truncate(part, time);
                return run.grid.times[time];
            }
            modes[mode].strengths(std::span(strengths).subspan(mode * scheme.paths, scheme.paths));
            const std::span<const double> reached = modes[mode].first_passages();
            passages.insert(passages.end(), reached.begin(), reached.end());
        }
        const ModeSample sample{strengths, passages, scheme.paths};
        const Slot slot = ensemble.at(part, time);
        record_aligned_means(problem, report, sample, slot);
        record_spread(problem, report, sample, slot);
        run.progress.advance(1.0 / static_cast<double>(ensemble_parts * run.grid.size()));
    }
    return std::nan("");
}

Outcome follow_modes(const DeepLinear& problem, const Scheme& scheme, const RouteRun& run) {
    const Observables report(problem);
    Recorder ensemble(report.all(), ensemble_parts, run.grid.size());
    std::vector<double> diverged(ensemble_parts, std::nan(""));
    parallel_for(ensemble_parts, run.progress, [&](std::int64_t index) {
        const auto part = static_cast<std::size_t>(index);
        diverged[part] = follow_part(problem, scheme, part, run, ensemble);
    });
    record_average(ensemble, run.recorder,
                   {{report.density, problem.resolution() / problem.asked.density.width()},
                    {report.learned, problem.resolution()}});
    Outcome outcome;
    outcome.attributes["trajectories"] = static_cast<double>(ensemble_parts * scheme.paths);
    outcome.attributes["time_step"] = scheme.time_step;
    if (const std::string warning = problem.warning(0); !warning.empty())
        outcome.attributes["warning"] = warning;
    for (const double time : diverged)
        if (!std::isnan(time)) {
            outcome.status = Status::diverged;
            outcome.diverged_at = std::fmin(outcome.diverged_at, time);
        }
    return outcome;
}

Solve prepare_modes(const Asked<DeepLinear>& asked) {
    check_aligned_modes(asked);
    const bool finite_step = asked.keys.boolean("finite_step");
    const Scheme scheme{
        .paths = (asked.count("trajectories") + ensemble_parts * 16 - 1) / (ensemble_parts * 16) * 16,
        .finite_step = finite_step,
        .time_step = asked.keys.given("time_step")
                         ? asked.keys.real("time_step")
                         : asked.problem->learning_rate / (finite_step ? 16.0 : 4.0)};
    return [problem = asked.problem, scheme](const RouteRun& run) {
        return follow_modes(*problem, scheme, run);
    };
}

}  // namespace

RouteKind deep_linear_kind() {
    return {.name = "sde",
            .summary = "every aligned mode as an Ito diffusion, an ensemble of paths",
            .source = "Corlouer et al., arXiv 2604.06366, with the noise of fresh Gaussian inputs",
            .theory = true,
            .algorithms = {"online-sgd"},
            .keys = {keys::trajectories("number of paths, rounded up to a multiple of 320", 1e8, 10000),
                     keys::real("time_step",
                                "of Euler and Maruyama's scheme, in learning rate times steps; absent: a "
                                "quarter of the learning rate, a sixteenth where steps count as finite")
                         .above(0),
                     finite_step_key(), keys::seed("of the paths")},
            .make = route_of<DeepLinear>(prepare_modes)};
}

}  // namespace hidyn::sde
