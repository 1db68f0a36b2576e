// SPDX-License-Identifier: MIT
#include "models/weight_diffusion/simulation.hpp"

#include <cmath>

#include "core/parallel.hpp"
#include "math/matrices/spectrum.hpp"
#include "random/normal_matrix.hpp"

namespace hidyn::weight_diffusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// The transition of an Ornstein-Uhlenbeck process is known, so time steps leave no error.
void follow(const WeightDiffusion& problem, std::size_t members, std::size_t replica, const RouteRun& run) {
    const Index M = problem.rows();
    const Index N = problem.columns();
    const TimeGrid& grid = run.grid;
    std::vector<MatrixXd> levels(grid.size(), MatrixXd(static_cast<Index>(members), N));
    for (std::size_t member = 0; member < members; ++member) {
        if (run.progress.stop_requested()) return;
        random::GaussianLanes lanes(run.key(replica * members + member));
        random::NormalMatrix normals(M, N);
        MatrixXd W = MatrixXd::Zero(M, N);
        for (Index level = 0; level < N; ++level)
            W(level, level) = problem.start_values[static_cast<std::size_t>(level)];
        double now = 0.0;
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const double span = grid.times[time] - now;
            now = grid.times[time];
            const double k = problem.restoring_rate;
            // (1 - exp(-2 k t)) / 2 k, also without a restoring force.
            const double variance = k > 0.0 ? -std::expm1(-2.0 * k * span) / (2.0 * k) : span;
            W *= std::exp(-k * span);
            if (span > 0.0) W += problem.noise * std::sqrt(variance) * normals.draw(lanes);
            levels[time].row(static_cast<Index>(member)) = math::singular_values(W).reverse().transpose();
        }
    }
    const Observables report(problem);
    for (std::size_t time = 0; time < grid.size(); ++time)
        record_levels(report, levels[time], run.recorder.at(replica, time));
}

}  // namespace

Outcome simulate(const WeightDiffusion& problem, std::size_t members, const RouteRun& run) {
    parallel_for(static_cast<std::int64_t>(run.info.replicas), run.progress, [&](std::int64_t replica) {
        follow(problem, members, static_cast<std::size_t>(replica), run);
        run.progress.advance(1.0 / static_cast<double>(run.info.replicas));
    });
    return {};
}

}  // namespace hidyn::weight_diffusion
