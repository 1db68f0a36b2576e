// SPDX-License-Identifier: MIT
#include "solvers/equations/quadratic_network/starts.hpp"

#include <cmath>
#include <vector>

#include "core/parallel.hpp"

namespace hidyn::quadratic_network {

Outcome follow_starts(const QuadraticNetwork& problem, const RouteRun& run, const FollowStart& follow) {
    const auto count = static_cast<std::int64_t>(problem.starts.size());
    std::vector<math::IntegrationReport> reports(problem.starts.size());
    parallel_for(count, run.progress, [&](std::int64_t index) {
        const auto replica = static_cast<std::size_t>(index);
        PartialProgress part(run.progress, 1.0 / static_cast<double>(count));
        reports[replica] = follow(replica, {run.info, run.grid, run.recorder, part});
    });
    Outcome outcome;
    for (const math::IntegrationReport& report : reports) {
        if (report.status == Status::complete) continue;
        outcome.status = report.status;
        outcome.detail = report.detail;
        if (problem.start_per_replica) ++outcome.diverged_replicas;
        outcome.diverged_at = std::fmin(outcome.diverged_at, report.reached);
    }
    return outcome;
}

}  // namespace hidyn::quadratic_network
