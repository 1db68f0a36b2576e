// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/generalized_linear.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "core/error.hpp"
#include "core/keys.hpp"
#include "core/machine.hpp"
#include "core/parallel.hpp"
#include "core/typed_route.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "random/stream.hpp"
#include "solvers/state_evolution/linear_parameters.hpp"
#include "solvers/state_evolution/mapped_parameters.hpp"
#include "solvers/state_evolution/recording.hpp"
#include "solvers/state_evolution/sampled_samples.hpp"
#include "solvers/state_evolution/squared_samples.hpp"

namespace hidyn::state_evolution {
namespace {

using generalized_linear::GeneralizedLinear;
using generalized_linear::Method;
using generalized_linear::Rule;

constexpr double largest = 1e12;  ///< beyond this an entry counts as diverged

/// Both sides in closed form: there is nothing to sample.
bool exact(const GeneralizedLinear& problem) {
    return problem.closed() && Method(problem.algorithm, 0).linear();
}

/// The learning rate beyond which the linearised method diverges; infinite where the loss's curvature has no
/// known bound.
double stable_rate(const GeneralizedLinear& problem) {
    const generalized_linear::SampleLoss& loss = problem.loss;
    if (!loss.link().linear() || !(loss.loss().of_residual() || loss.loss().of_margin()))
        return std::numeric_limits<double>::infinity();
    const double curvature = loss.loss().of_margin() ? 0.25 : 1.0;
    const double edge = std::pow(1.0 + std::sqrt(problem.sample_ratio), 2);
    const double mu = problem.algorithm.momentum;
    const double room = problem.algorithm.rule == Rule::heavy_ball ? 2.0 * (1.0 + mu)
                        : problem.algorithm.rule == Rule::nesterov ? 2.0 * (1.0 + mu) / (1.0 + 2.0 * mu)
                        : problem.algorithm.rule == Rule::fista    ? 4.0 / 3.0
                                                                   : 2.0;
    return room / (curvature * edge + problem.algorithm.ridge);
}

/// How many independent scramblings of how many points.
struct Sampled {
    std::size_t points, repeats;
    std::uint64_t seed;
};

Path path_of(const GeneralizedLinear& problem, const Draw& draw, Progress& progress) {
    const Method method(problem.algorithm, problem.steps());
    std::unique_ptr<ParameterSide> parameters;
    if (method.linear())
        parameters = std::make_unique<LinearParameters>(problem, method);
    else
        parameters = std::make_unique<MappedParameters>(problem, method, draw);
    std::unique_ptr<SampleSide> samples;
    if (problem.closed() && !method.memoryless())
        samples = std::make_unique<SquaredSamples>(problem, method);
    else
        samples = std::make_unique<SampledSamples>(problem, method, draw);
    const std::size_t times = method.steps() + 1;
    return evolve(times, largest, *parameters, *samples, [&] {
        if (progress.stop_requested()) throw Interrupted();
        progress.advance(1.0 / static_cast<double>(times));
        return true;
    });
}

void describe(const GeneralizedLinear& problem, const Sampled& sampled, Outcome& outcome) {
    outcome.attributes["method"] = std::string(exact(problem) ? "closed equations" : "quasi-Monte Carlo");
    if (!exact(problem)) {
        outcome.attributes["samples"] = static_cast<double>(sampled.points);
        outcome.attributes["repeats"] = static_cast<double>(sampled.repeats);
    }
    const double bound = stable_rate(problem);
    if (problem.algorithm.learning_rate > bound)
        outcome.attributes["warning"] =
            fmt::format("learning_rate = {} is beyond the linear stability bound {:.4g} of this method",
                        problem.algorithm.learning_rate, bound);
}

Outcome solve(const GeneralizedLinear& problem, const Sampled& sampled, const RouteRun& run) {
    std::vector<std::vector<Series>> runs(sampled.repeats);
    std::vector<Outcome> outcomes(sampled.repeats);
    parallel_for(static_cast<std::int64_t>(sampled.repeats), run.progress, [&](std::int64_t index) {
        const auto repeat = static_cast<std::size_t>(index);
        PartialProgress part(run.progress, 1.0 / static_cast<double>(sampled.repeats));
        const Path path = path_of(problem,
                                  {.seed = sampled.seed,
                                   .route = random::route_hash(run.info.name),
                                   .repeat = static_cast<std::uint32_t>(repeat),
                                   .points = sampled.points},
                                  part);
        runs[repeat] = series_of(problem, path);
        if (path.trouble.empty()) return;
        outcomes[repeat] = {.status = Status::diverged,
                            .diverged_at = static_cast<double>(path.finished),
                            .diverged_replicas = 0,
                            .detail = path.trouble,
                            .attributes = {}};
    });
    Outcome outcome;
    for (const Outcome& one : outcomes)
        if (one.status == Status::diverged && !(one.diverged_at >= outcome.diverged_at)) outcome = one;
    record_mean(runs, run.recorder);
    describe(problem, sampled, outcome);
    return outcome;
}

std::vector<Key> route_keys() {
    return {keys::integer("samples",
                          "quasi-random points over which averages are taken, in each repeat; where the "
                          "equations close there are none")
                .written("N")
                .at_least(64)
                .at_most(1e8)
                .otherwise(std::int64_t{8192}),
            keys::integer("repeats",
                          "independent scramblings of the points; the theory's error is their standard error")
                .at_least(2)
                .at_most(1e4)
                .otherwise(std::int64_t{8}),
            keys::seed("with the route's name and the repeat's number, determines every scrambling")};
}

/// Whether the points can follow the path and fit into memory.
void check_points(const Asked<GeneralizedLinear>& asked) {
    const GeneralizedLinear& problem = *asked.problem;
    const double points = static_cast<double>(asked.keys.integer("samples"));
    const double times = static_cast<double>(problem.steps() + 1);
    constexpr double most_times = 3000;  // dimensions of the Sobol sequence
    if (times > most_times) {
        asked.complain("samples", fmt::format("{} iterations are more than the {} that quasi-random points "
                                              "can follow",
                                              times - 1, most_times));
        return;
    }
    if (points <= times + 3)
        asked.complain("samples",
                       fmt::format("must be more than {}: {} points cannot be whitened in as many directions",
                                   times + 2, points));
    const double together =
        std::min<double>(static_cast<double>(asked.keys.integer("repeats")), omp_get_max_threads());
    const Method method(problem.algorithm, 0);
    const bool remembers = !method.memoryless();
    double needed = SampledSamples::bytes(points, times, problem.label.binary(), remembers);
    if (!method.linear()) needed += MappedParameters::bytes(points, times, remembers);
    needed *= together;
    const double memory = machine_memory();
    if (needed > memory)
        asked.complain(
            "samples",
            fmt::format(
                "{} points over {} iterations take {:.3g} GB on {} threads, but this machine has {:.3g} "
                "GB; use fewer points, or fewer --threads",
                points, times - 1, needed / 1e9, together, memory / 1e9));
}

Solver prepare(const Asked<GeneralizedLinear>& asked) {
    const GeneralizedLinear& problem = *asked.problem;
    const auto refuse = [&](const char* why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    if (!problem.loss.link().twice_differentiable())
        refuse("state evolution needs the second derivative of the loss, but the slope of the link jumps");
    if (problem.algorithm.damping > 0.0)
        refuse("there is no state evolution of damped steps; give damping = 0");
    if (problem.spectral)
        refuse(
            "the general equations need a start that does not depend on the data; of a spectral start "
            "bayes-state-evolution knows the path");
    if (!exact(problem)) check_points(asked);
    const Sampled sampled{.points = asked.count("samples"),
                          .repeats = exact(problem) ? 1 : asked.count("repeats"),
                          .seed = static_cast<std::uint64_t>(asked.keys.integer("seed"))};
    return {
        [problem = asked.problem, sampled](const RouteRun& run) { return solve(*problem, sampled, run); }};
}

}  // namespace

RouteKind generalized_linear_kind() {
    return {
        .name = "state-evolution",
        .summary = "the path of a first-order method in the limit d -> infinity, with both response matrices",
        .source =
            "Han & Xu, arXiv 2412.09498; Celentano, Montanari & Wu, arXiv 2002.12903; Celentano, Cheng & "
            "Montanari, arXiv 2112.07572",
        .theory = true,
        .algorithms = generalized_linear::rule_names(),
        .keys = route_keys(),
        .make = route_of<GeneralizedLinear>(prepare)};
}

}  // namespace hidyn::state_evolution
