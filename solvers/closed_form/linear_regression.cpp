// SPDX-License-Identifier: MIT
#include "solvers/closed_form/linear_regression.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/step_schedule.hpp"
#include "core/typed_route.hpp"
#include "models/multi_index/observer.hpp"
#include "solvers/equations/linear_regression/linear_path.hpp"

namespace hidyn::closed_form {
namespace {

using multi_index::MultiIndex;

/// A time as a mean over steps, or as itself in continuous time.
using Mean = std::vector<std::pair<double, LinearPath::Kept>>;

std::vector<Mean> recorded_times(const MultiIndex& problem, const LinearPath& path, const TimeGrid& grid) {
    std::vector<Mean> at(grid.size());
    if (const std::optional<double> step = problem.finite_step()) {
        for (const Sampling& sampling : sampling_schedule(grid, 1.0 / *step))
            at[sampling.time].emplace_back(sampling.weight,
                                           path.after_steps(static_cast<double>(sampling.step), *step));
    } else {
        for (std::size_t time = 0; time < grid.size(); ++time)
            at[time].emplace_back(1.0, path.after_time(grid.times[time]));
    }
    return at;
}

std::vector<double> correlations(const LinearPath& path, const Mean& now, const std::vector<Mean>& all) {
    std::vector<double> row;
    for (const Mean& other : all) {
        double sum = 0.0;
        for (const auto& [weight, kept] : now)
            for (const auto& [other_weight, other_kept] : other)
                sum += weight * other_weight * path.correlation(kept, other_kept);
        row.push_back(sum);
    }
    return row;
}

std::vector<double> responses(const MultiIndex& problem, const LinearPath& path, double time) {
    std::vector<double> row;
    for (const double source : problem.recording.response_at) {
        double response = 0.0;
        if (const std::optional<double> step = problem.finite_step()) {
            // A field added by step m_s acts in full from the next step on.
            const double since = time / *step - std::round(source / *step) - 1.0;
            const double below = std::floor(since + 1e-9);
            const double above = since - below > 1e-9 ? since - below : 0.0;
            if (below >= 0.0) response += (1.0 - above) * path.response(path.after_steps(below, *step));
            if (above > 0.0 && below >= -1.0)
                response += above * path.response(path.after_steps(below + 1.0, *step));
        } else if (time > source) {
            response = path.response(path.after_time(time - source));
        }
        row.push_back(response);
    }
    return row;
}

Outcome solve(const MultiIndex& problem, const RouteRun& run) {
    const LinearPath path(problem);
    multi_index::Observer observer(problem);
    const multi_index::Observables report(problem);
    const std::vector<Mean> at = recorded_times(problem, path, run.grid);
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        if (run.progress.stop_requested()) throw Interrupted();
        for (const auto& [weight, kept] : at[time])
            observer.observe(Eigen::MatrixXd::Constant(1, 1, path.correlation(kept, kept)),
                             Eigen::MatrixXd::Constant(1, 1, path.teacher_overlap(kept)),
                             0.5 * path.residual(kept),
                             run.recorder.at(0, Sampling{.time = time, .weight = weight}));
        const Slot slot = run.recorder.at(0, time);
        if (report.C) slot.record(report.C, correlations(path, at[time], at));
        slot.record(report.response, responses(problem, path, run.grid.times[time]));
        run.progress.advance(1.0 / static_cast<double>(run.grid.size()));
    }
    Outcome outcome;
    outcome.attributes["method"] = std::string("Marchenko-Pastur quadrature");
    return outcome;
}

}  // namespace

RouteKind linear_regression_kind() {
    return {
        .name = "closed-form",
        .summary =
            "gradient flow and descent mode by mode of the Marchenko-Pastur spectrum, exact as d -> infinity",
        .source = "Marchenko & Pastur (1967); Celentano, Cheng & Montanari, arXiv 2112.07572",
        .theory = true,
        .algorithms = {"gradient-flow", "gradient-descent"},
        .keys = {},
        .make = solved_by<MultiIndex>(solve)};
}

}  // namespace hidyn::closed_form
