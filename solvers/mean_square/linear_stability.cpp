// SPDX-License-Identifier: MIT
#include "solvers/mean_square/linear_stability.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/error.hpp"
#include "core/keys.hpp"
#include "core/step_schedule.hpp"
#include "core/typed_route.hpp"
#include "models/linear_stability/linear_stability.hpp"
#include "solvers/mean_square/data_moments.hpp"
#include "solvers/mean_square/thresholds.hpp"

namespace hidyn::mean_square {
namespace {

using linear_stability::LinearStability;

/// `moments` of fresh samples or of one replica's data set, along the grid.
template <class Moments>
void follow(Moments moments, const linear_stability::Observables& report, const RouteRun& run,
            std::size_t replica, Progress& progress) {
    std::uint64_t done = 0;
    for (const Sampling& sampling : sampling_schedule(run.grid, 1.0)) {
        for (; done < sampling.step; ++done) {
            if (done % 256 == 0 && progress.stop_requested()) throw Interrupted();
            moments.step();
        }
        run.recorder.at(replica, sampling).record(report.log_norm, moments.log_norm());
    }
    progress.advance(1.0);
}

void record_limits(double critical, double growth, const linear_stability::Observables& report,
                   const RouteRun& run, std::size_t replica) {
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        const Slot slot = run.recorder.at(replica, time);
        slot.record(report.critical_rate, critical);
        slot.record(report.growth_factor, growth);
    }
}

Outcome solve(const LinearStability& problem, const RouteRun& run) {
    const linear_stability::Observables report(problem);
    const HeavyBall method{.learning_rate = problem.learning_rate,
                           .momentum = problem.momentum,
                           .batch_size = static_cast<double>(problem.batch_size)};
    const std::uint64_t d = run.info.d;
    if (!problem.sample_ratio) {
        const std::vector<double> lambda = problem.eigenvalues(d);
        follow(MomentRecursion(lambda, method, 1.0 / static_cast<double>(d)), report, run, 0, run.progress);
        record_limits(critical_rate(lambda, method.batch_size, method.momentum),
                      growth_factor(lambda, method), report, run, 0);
        return {};
    }
    for (std::size_t replica = 0; replica < problem.data_replicas; ++replica) {
        const Eigen::MatrixXd X = problem.data(d, static_cast<std::uint32_t>(replica));
        PartialProgress part(run.progress, 1.0 / static_cast<double>(problem.data_replicas));
        follow(DataMoments(X, method), report, run, replica, part);
        // Both iterate the recursion thousands of times.
        constexpr std::uint64_t quick = 50;
        if (d <= quick)
            record_limits(critical_rate(X, method), growth_factor(X, method), report, run, replica);
    }
    return {};
}

Solver prepare_linear_stability(const Asked<LinearStability>& asked) {
    const LinearStability& problem = *asked.problem;
    if (problem.sample_ratio && asked.info.d > 400)
        asked.complain("d", "is more than 400, too many for the moments of a data set: a step costs n d^2");
    else if (problem.sample_ratio && problem.batch_size > problem.samples(asked.info.d))
        asked.complain("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}",
                                        problem.samples(asked.info.d), problem.batch_size));
    return {[problem = asked.problem](const RouteRun& run) { return solve(*problem, run); }};
}

}  // namespace

RouteKind linear_stability_kind() {
    return {
        .name = "mean-square",
        .summary = "the mean square of the weights step by step, its critical learning rate and its growth",
        .source =
            "second moments of Gaussian batches and of batches without replacement; Andreyev et al., arXiv "
            "2604.14108",
        .theory = true,
        .exact_at_d = true,
        .keys = {keys::integer_or_list(
                     "d", "input dimension; threshold and growth of a data set are told up to 50")
                     .written("d")
                     .at_least(1)
                     .at_most(1e6)
                     .needed()},
        .make = route_of<LinearStability>(prepare_linear_stability)};
}

}  // namespace hidyn::mean_square
