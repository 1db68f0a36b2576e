// SPDX-License-Identifier: MIT
#include "solvers/dmft/multi_index/multi_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/keys.hpp"
#include "core/parallel.hpp"
#include "random/stream.hpp"
#include "solvers/dmft/combination.hpp"
#include "solvers/dmft/events/events.hpp"
#include "solvers/dmft/multi_index/linear.hpp"
#include "solvers/dmft/multi_index/plan.hpp"
#include "solvers/dmft/multi_index/process_of.hpp"
#include "solvers/dmft/recording.hpp"

namespace hidyn::dmft {
namespace {

using multi_index::MultiIndex;

Solution solve_once(const MultiIndex& problem, const Process& process, const Plan& plan,
                    const Discretization& grid, const Draw& draw, Progress& progress) {
    switch (plan.engine) {
        case Engine::closed:
            return solve_linear(process, problem.label.noise_variance(), grid, progress);
        case Engine::events:
            return solve_events(process, grid, draw, plan.nodes, progress);
        case Engine::trajectories:
            break;
    }
    return solve_trajectories(process, grid, draw, plan.tangent, progress);
}

/// How one solution ended.
struct Ending {
    double share = 0.0;
    double diverged_at = std::numeric_limits<double>::quiet_NaN();
    std::string trouble;
};

Outcome describe(const Plan& plan, const Combination& combined, const std::vector<Ending>& endings) {
    Outcome outcome;
    double share = 0.0;
    for (const Ending& one : endings) {
        share = std::max(share, one.share);
        if (one.trouble.empty() || one.diverged_at >= outcome.diverged_at) continue;
        outcome.status = Status::diverged;
        outcome.diverged_at = one.diverged_at;
        outcome.detail = one.trouble;
    }
    const char* names[] = {"closed equations", "events", "trajectories"};
    outcome.attributes["method"] = std::string(names[static_cast<std::size_t>(plan.engine)]);
    outcome.attributes["time_step"] = plan.step;
    outcome.attributes["extrapolated"] = plan.extrapolate ? 1.0 : 0.0;
    outcome.attributes["discretization_error"] = combined.discretization_error;
    if (plan.engine == Engine::closed) return outcome;
    outcome.attributes["repeats"] = static_cast<double>(plan.repeats);
    outcome.attributes["trajectories"] = static_cast<double>(plan.trajectories);
    outcome.attributes["monte_carlo_error"] = combined.monte_carlo_error;
    outcome.attributes["largest_share"] = share;
    if (share > 0.05)
        outcome.attributes["warning"] = fmt::format(
            "a single trajectory carries up to {:.0f} % of the memory kernel: the average over "
            "trajectories is "
            "heavy-tailed and may be biased; raise trajectories, or lower the learning rate",
            100.0 * share);
    return outcome;
}

Outcome solve(const MultiIndex& problem, const Plan& plan, const RouteRun& run) {
    const Process process = process_of(problem);
    const std::size_t levels = plan.levels();
    Ensemble ensemble;
    ensemble.coarse.resize(plan.repeats);
    ensemble.fine.resize(levels > 1 ? plan.repeats : 0);
    std::vector<Ending> endings(plan.repeats * levels);
    const double work = static_cast<double>(plan.repeats) * (levels > 1 ? 3.0 : 1.0);
    // The finer grids first: the last tasks are then short.
    parallel_for(static_cast<std::int64_t>(plan.repeats * levels), run.progress, [&](std::int64_t task) {
        const auto index = static_cast<std::size_t>(task);
        const std::size_t level = levels - 1 - index / plan.repeats;
        const std::size_t repeat = index % plan.repeats;
        PartialProgress part(run.progress, (level == 0 ? 1.0 : 2.0) / work);
        const Draw draw{.seed = plan.seed,
                        .route = random::route_hash(run.info.name),
                        .repeat = static_cast<std::uint32_t>(repeat),
                        .trajectories = plan.trajectories};
        const Solution solution =
            solve_once(problem, process, plan, plan.grid(level, run.grid.end()), draw, part);
        (level == 0 ? ensemble.coarse : ensemble.fine)[repeat] = record(problem, solution, run.grid);
        endings[index] = {
            .share = solution.largest_share,
            .diverged_at = solution.kernels.step() * static_cast<double>(solution.kernels.now()),
            .trouble = solution.trouble};
    });
    const Combination combined =
        combine(ensemble, run.grid,
                {.second_order = plan.second_order,
                 .trajectories = plan.engine == Engine::closed ? 0 : plan.trajectories});
    run.recorder.record_solution(0, combined.series, plan.engine != Engine::closed || plan.extrapolate);
    return describe(plan, combined, endings);
}

std::vector<Key> plan_keys() {
    return {
        keys::real("time_step",
                   "step of the theory's grid, for algorithms in continuous time or with small batches; "
                   "absent: chosen from the rate, the sample ratio and the recorded times")
            .written("\\delta")
            .above(0),
        keys::boolean(
            "extrapolate",
            "solve with time_step and half of it, and extrapolate to zero (where the algorithm has no step "
            "of its own)",
            true),
        keys::integer(
            "trajectories",
            "trajectories of the effective process per repeat; absent: 8000, or 4000 with exact tangents")
            .written("N")
            .at_least(64)
            .at_most(1e8),
        keys::integer("repeats",
                      "independent solutions; the theory's Monte Carlo error is their standard error")
            .at_least(2)
            .at_most(1e4)
            .otherwise(std::int64_t{8}),
        keys::seed("with the route's name and the repeat's number, determines every random number"),
        keys::choice("method",
                     "closed: linear regression, to machine precision; events: sgd, by its jumps; "
                     "trajectories: anything; auto: the first of these that applies",
                     {"auto", "closed", "events", "trajectories"}),
        keys::choice(
            "tangent",
            "of trajectories: each carries its exact response to all its past (memory of order trajectories "
            "* steps^2), or that along a random direction; auto: random for gradient flow and descent, exact "
            "otherwise while it fits",
            {"auto", "exact", "random"}),
        keys::integer(
            "quadrature_nodes",
            "of events: Gauss-Hermite nodes per student; absent: 12 to 20 for one student, 8 for two")
            .at_least(2)
            .at_most(64)};
}

Solver prepare(const Asked<MultiIndex>& asked) {
    const std::optional<Plan> plan = make_plan(asked);
    if (!plan) return {};
    return {
        [problem = asked.problem, plan = *plan](const RouteRun& run) { return solve(*problem, plan, run); },
        Kernels(*asked.problem).all()};
}

}  // namespace

RouteKind multi_index_kind() {
    return {
        .name = "dmft",
        .summary =
            "dynamical mean-field theory of learning on n = alpha d samples, d -> infinity: strictly causal, "
            "with its own Monte Carlo and discretization errors",
        .source =
            "Mignacco et al., arXiv 2006.06098; Celentano, Cheng & Montanari, arXiv 2112.07572; Gerbelot et "
            "al., arXiv 2210.06591; Fan & Wang, arXiv 2601.21093",
        .theory = true,
        .algorithms = multi_index::algorithm_names(),
        .keys = plan_keys(),
        .make = route_of<MultiIndex>(prepare)};
}

}  // namespace hidyn::dmft
