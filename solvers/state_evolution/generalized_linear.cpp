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
#include "solvers/state_evolution/sampled_samples.hpp"
#include "solvers/state_evolution/squared_samples.hpp"

namespace hidyn::state_evolution {
namespace {

using generalized_linear::GeneralizedLinear;
using generalized_linear::Method;
using generalized_linear::Observables;
using generalized_linear::Rule;

constexpr double largest = 1e12;  ///< beyond this an entry counts as diverged
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

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

/// Of one time against all: symmetric matrices are known as lower triangles, others are 0 above.
std::vector<double> row_of(const RowMajor& matrix, Eigen::Index row, const std::vector<double>& times,
                           std::size_t finished, bool symmetric) {
    std::vector<double> values;
    for (const double time : times) {
        const auto s = static_cast<Eigen::Index>(time);
        const bool known = s < static_cast<Eigen::Index>(finished);
        values.push_back(s <= row ? matrix(row, s) : symmetric ? (known ? matrix(s, row) : missing) : 0.0);
    }
    return values;
}

/// One path as observables at the grid's times.
std::vector<Series> record(const GeneralizedLinear& problem, const Path& path) {
    const Observables report(problem);
    const std::vector<double>& times = problem.recording.grid.times;
    Recorder recorder(report.all(), 0, times.size());
    const Debiasing debiasing = debiasing_of(path);
    const double T = problem.T();
    for (std::size_t time = 0; time < times.size(); ++time) {
        const auto t = static_cast<std::size_t>(times[time]);
        if (t >= path.finished) break;
        const auto row = static_cast<Eigen::Index>(t);
        const Slot slot = recorder.at(0, time);
        const double Q = path.C(row, row);
        const double R = path.R[t];
        const bool debiased = !std::isnan(debiasing.deviation[t]);
        slot.record(report.Q, Q);
        slot.record(report.R, R);
        slot.record(report.mse, Q - 2.0 * R + T);
        slot.record(report.train_loss, path.train_loss[t]);
        slot.record(report.test_loss, path.test_loss[t]);
        slot.record(report.test_loss_estimate, path.test_loss[t]);
        slot.record(report.overlap, Q <= 0.0 ? 0.0 : R / std::sqrt(Q * T));
        slot.record(report.debiasing_bias, debiasing.bias[t]);
        slot.record(report.debiasing_deviation, debiasing.deviation[t]);
        slot.record(report.coverage, debiased ? 0.95 : missing);
        if (debiased) slot.record(report.quantiles, generalized_linear::recorded_quantiles());
        slot.record(report.classification_error, path.classification_error[t]);
        if (!report.C) continue;
        slot.record(report.C, row_of(path.C, row, times, path.finished, true));
        slot.record(report.tau, row_of(path.tau, row, times, path.finished, false));
        slot.record(report.rho, row_of(path.rho, row, times, path.finished, false));
        slot.record(report.Sigma, row_of(path.Sigma, row, times, path.finished, true));
    }
    return recorder.take().series;
}

/// The mean over repeats, and its standard error as the theory's own.
void combine(const std::vector<std::vector<Series>>& runs, Recorder& recorder) {
    const double count = static_cast<double>(runs.size());
    ObservableList report;
    for (std::size_t observable = 0; observable < runs.front().size(); ++observable) {
        const Series& first = runs.front()[observable];
        const Handle what = report.add(first.observable);
        const std::size_t width = first.components();
        for (std::size_t time = 0; time < first.times; ++time) {
            std::vector<double> mean(width, 0.0);
            std::vector<double> error(width, 0.0);
            for (const auto& run : runs)
                for (std::size_t c = 0; c < width; ++c) mean[c] += run[observable].at(0, time)[c] / count;
            recorder.at(0, time).record(what, mean);
            if (runs.size() == 1) continue;
            for (const auto& run : runs)
                for (std::size_t c = 0; c < width; ++c)
                    error[c] +=
                        std::pow(run[observable].at(0, time)[c] - mean[c], 2) / (count * (count - 1.0));
            for (double& one : error) one = std::sqrt(one);
            recorder.record_error(what, time, error);
        }
    }
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
        runs[repeat] = record(problem, path);
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
    combine(runs, run.recorder);
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
