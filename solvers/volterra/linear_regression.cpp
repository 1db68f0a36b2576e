// SPDX-License-Identifier: MIT
#include "solvers/volterra/linear_regression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "math/integrator.hpp"
#include "models/multi_index/observer.hpp"
#include "solvers/equations/linear_regression/linear_path.hpp"

namespace hidyn::volterra {
namespace {

using closed_form::LinearPath;
using multi_index::MultiIndex;

/// With psi twice the training loss,
///
///   psi(t) = psi_flow(t) + eta^2 int_0^t int mu^2 e^{-2 eta (mu + rho)(t - s)} dMP(mu) psi(s) ds,
///   Q(t)   = Q_flow(t)   + eta^2 int_0^t int mu   e^{-2 eta (mu + rho)(t - s)} dMP(mu) psi(s) ds
///
/// (Paquette et al., arXiv 2102.04396, in this project's normalisation). The kernel is a sum of exponentials
/// over the nodes of the spectrum, so each node carries I' = -2 eta (mu + rho) I + psi and the equation is an
/// ordinary differential one.
class VolterraEquation {
  public:
    explicit VolterraEquation(const MultiIndex& problem)
        : problem_(problem), path_(problem), eta_(problem.algorithm.learning_rate) {}

    [[nodiscard]] math::IntegrationReport solve(double tolerance, const TimeGrid& grid, Progress& progress) {
        const math::MarchenkoPastur& spectrum = path_.spectrum();
        const std::size_t count = spectrum.nodes.size();
        memories_.resize(grid.size());
        const math::Integration equation{
            .derivative =
                [&](const math::State& memory, math::State& slope, double time) {
                    const double psi = residual(memory, time);
                    for (std::size_t k = 0; k < count; ++k)
                        slope[k] = -2.0 * path_.rate(spectrum.nodes[k]) * memory[k] + psi;
                },
            .diverged =
                [&](const math::State& memory) {
                    return !(memory.front() < multi_index::divergence_threshold);
                },
            .record = [&](std::size_t index, const math::State& memory) { memories_[index] = memory; },
            .relative_tolerance = tolerance,
            .absolute_tolerance = tolerance};
        return math::integrate(equation, math::State(count, 0.0), grid.times, progress);
    }

    /// At the times that solve() has reached.
    void record(const TimeGrid& grid, Recorder& recorder) const {
        multi_index::Observer observer(problem_);
        const multi_index::Observables report(problem_);
        for (std::size_t time = 0; time < grid.size() && !memories_[time].empty(); ++time) {
            const LinearPath::Kept kept = path_.after_time(grid.times[time]);
            const double Q = path_.correlation(kept, kept) + kicked(memories_[time], 0.0);
            observer.observe(Eigen::MatrixXd::Constant(1, 1, Q),
                             Eigen::MatrixXd::Constant(1, 1, path_.teacher_overlap(kept)),
                             0.5 * residual(memories_[time], grid.times[time]),
                             recorder.at(0, Sampling{.time = time}));
            const Slot slot = recorder.at(0, time);
            if (report.C) slot.record(report.C, correlations(kept, time, grid));
            slot.record(report.response, responses(grid.times[time]));
        }
    }

  private:
    [[nodiscard]] double residual(const math::State& memory, double time) const {
        const math::MarchenkoPastur& spectrum = path_.spectrum();
        double sum = 0.0;
        for (std::size_t k = 0; k < memory.size(); ++k)
            sum += spectrum.weights[k] * spectrum.nodes[k] * spectrum.nodes[k] * memory[k];
        return path_.residual(path_.after_time(time)) + eta_ * eta_ * sum;
    }

    /// What the kicks up to an earlier time contribute to the overlap with the weights `later` after it.
    [[nodiscard]] double kicked(const math::State& memory, double later) const {
        const math::MarchenkoPastur& spectrum = path_.spectrum();
        double sum = 0.0;
        for (std::size_t k = 0; k < memory.size(); ++k)
            sum += spectrum.weights[k] * spectrum.nodes[k] *
                   std::exp(-path_.rate(spectrum.nodes[k]) * later) * memory[k];
        return eta_ * eta_ * sum;
    }

    [[nodiscard]] std::vector<double> correlations(const LinearPath::Kept& kept, std::size_t time,
                                                   const TimeGrid& grid) const {
        std::vector<double> row(grid.size(), std::nan(""));
        for (std::size_t other = 0; other < grid.size() && !memories_[other].empty(); ++other)
            row[other] =
                path_.correlation(kept, path_.after_time(grid.times[other])) +
                kicked(memories_[std::min(time, other)], std::abs(grid.times[time] - grid.times[other]));
        return row;
    }

    [[nodiscard]] std::vector<double> responses(double time) const {
        std::vector<double> row;
        for (const double source : problem_.recording.response_at) {
            const double since = time - source;
            row.push_back(since > 0.0 ? path_.response(path_.after_time(since)) : 0.0);
        }
        return row;
    }

    const MultiIndex& problem_;
    LinearPath path_;
    double eta_;
    std::vector<math::State> memories_;  ///< at the recorded times, empty where they were not reached
};

Outcome solve(const MultiIndex& problem, double tolerance, const RouteRun& run) {
    VolterraEquation equation(problem);
    const math::IntegrationReport report = equation.solve(tolerance, run.grid, run.progress);
    equation.record(run.grid, run.recorder);

    Outcome outcome;
    outcome.status = report.status;
    if (report.status != Status::complete) {
        outcome.diverged_at = report.reached;
        outcome.detail = report.detail;
    }
    outcome.attributes["method"] = std::string("Volterra equation by Marchenko-Pastur modes");
    const double eta = problem.algorithm.learning_rate;
    if (problem.algorithm.ridge == 0.0 && eta >= 2.0 && outcome.detail.empty())
        outcome.detail = fmt::format(
            "a learning rate of {} is unstable: without ridge the training loss of SGD grows for eta >= 2",
            eta);
    return outcome;
}

void check(const Asked<MultiIndex>& asked) {
    if (const std::optional<double> step = asked.problem->finite_step())
        asked.complaints.add(
            fmt::format("{}: the Volterra equation is the limit of vanishing steps, but the algorithm has "
                        "steps of {} (algorithm.time_step or a batch fraction); dmft is exact at that step",
                        asked.keys.place(), *step));
}

}  // namespace

RouteKind linear_regression_kind() {
    return {.name = "volterra",
            .summary =
                "the Volterra equation of SGD (equally of its stochastic modified equation), exact as d -> "
                "infinity",
            .source = "Paquette, Lee, Pedregosa & Paquette, arXiv 2102.04396",
            .theory = true,
            .algorithms = {"sgd", "stochastic-modified-equation"},
            .keys = {keys::real("tolerance", "relative and absolute tolerance of the integration")
                         .at_least(1e-14)
                         .at_most(0.1)
                         .otherwise(1e-9)},
            .make = route_of<MultiIndex>([](const Asked<MultiIndex>& asked) {
                check(asked);
                return [problem = asked.problem, tolerance = asked.keys.real("tolerance")](
                           const RouteRun& run) { return solve(*problem, tolerance, run); };
            })};
}

}  // namespace hidyn::volterra
