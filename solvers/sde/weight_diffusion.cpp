// SPDX-License-Identifier: MIT
#include "solvers/sde/weight_diffusion.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/keys.hpp"
#include "core/parallel.hpp"
#include "core/typed_route.hpp"
#include "models/weight_diffusion/weight_diffusion.hpp"
#include "random/normal_matrix.hpp"
#include "solvers/sde/dyson.hpp"
#include "solvers/sde/ensemble_average.hpp"

namespace hidyn::sde {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using weight_diffusion::WeightDiffusion;

/// How the paths are made.
struct LevelScheme {
    std::size_t paths;  ///< of one part
    double time_step;
};

/// False if a step failed.
bool follow_part(const WeightDiffusion& problem, const LevelScheme& scheme, std::size_t part,
                 const RouteRun& run, Recorder& ensemble) {
    const Index N = problem.columns();
    const TimeGrid& grid = run.grid;
    const Dyson dyson{.restoring_rate = problem.restoring_rate,
                      .noise = problem.noise,
                      .excess = static_cast<double>(problem.rows() - N)};
    std::vector<Eigen::MatrixXd> levels(grid.size(), Eigen::MatrixXd(static_cast<Index>(scheme.paths), N));
    for (std::size_t path = 0; path < scheme.paths; ++path) {
        if (run.progress.stop_requested()) return true;
        random::GaussianLanes lanes(run.key(part * scheme.paths + path));
        random::NormalMatrix normals(N, 1);
        VectorXd xi = Eigen::Map<const VectorXd>(problem.start_values.data(), N);
        double now = 0.0;
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const double span = grid.times[time] - now;
            now = grid.times[time];
            const auto steps = static_cast<std::size_t>(std::ceil(span / scheme.time_step - 1e-9));
            for (std::size_t k = 0; k < steps; ++k)
                if (!dyson.step(xi, normals.draw(lanes), span / static_cast<double>(steps))) {
                    ensemble.truncate(part, 0);
                    return false;
                }
            levels[time].row(static_cast<Index>(path)) = xi.transpose();
        }
    }
    const weight_diffusion::Observables report(problem);
    for (std::size_t time = 0; time < grid.size(); ++time)
        weight_diffusion::record_levels(report, levels[time], ensemble.at(part, time));
    return true;
}

Outcome follow_levels(const WeightDiffusion& problem, const LevelScheme& scheme, const RouteRun& run) {
    Recorder ensemble(problem.observables(), ensemble_parts, run.grid.size());
    std::vector<char> lost(ensemble_parts, 0);
    parallel_for(ensemble_parts, run.progress, [&](std::int64_t index) {
        const auto part = static_cast<std::size_t>(index);
        lost[part] = follow_part(problem, scheme, part, run, ensemble) ? 0 : 1;
        run.progress.advance(1.0 / static_cast<double>(ensemble_parts));
    });
    record_average(ensemble, run.recorder);
    Outcome outcome;
    outcome.attributes["trajectories"] = static_cast<double>(scheme.paths * ensemble_parts);
    for (const char one : lost)
        if (one != 0) {
            outcome.status = Status::not_converged;
            outcome.detail = "Newton's method failed in a step of backward Euler; take a smaller time_step";
        }
    return outcome;
}

void check(const Asked<WeightDiffusion>& asked) {
    const WeightDiffusion& problem = *asked.problem;
    if (problem.rows() <= problem.columns())
        asked.complaints.add(
            fmt::format("{}: needs more rows than columns (problem.row_ratio above 1): the smallest singular "
                        "value of a square matrix touches 0",
                        asked.keys.place()));
    for (std::size_t level = 0; level < problem.start_values.size(); ++level)
        if (problem.start_values[level] <= 0.0 ||
            (level > 0 && problem.start_values[level] == problem.start_values[level - 1])) {
            asked.complaints.add(fmt::format(
                "{}: initial.singular_values must be positive and all different here", asked.keys.place()));
            return;
        }
}

Solve prepare_levels(const Asked<WeightDiffusion>& asked) {
    check(asked);
    const LevelScheme scheme{.paths = (asked.count("trajectories") + ensemble_parts - 1) / ensemble_parts,
                             .time_step = asked.keys.real("time_step")};
    return [problem = asked.problem, scheme](const RouteRun& run) {
        return follow_levels(*problem, scheme, run);
    };
}

}  // namespace

RouteKind weight_diffusion_kind() {
    return {
        .name = "sde",
        .summary = "Dyson's Brownian motion of the singular values, an ensemble of paths by backward Euler",
        .source = "Aarts, Lucini & Park, arXiv 2407.16427",
        .theory = true,
        .keys = {keys::trajectories("number of paths, rounded up to a multiple of 20", 1e7, 2000),
                 keys::real("time_step", "of backward Euler's scheme").above(0).otherwise(0.01),
                 keys::seed("of the paths")},
        .make = route_of<WeightDiffusion>(prepare_levels)};
}

}  // namespace hidyn::sde
