// SPDX-License-Identifier: MIT
#include "solvers/mean_square/edge_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "math/integrator.hpp"
#include "models/edge_model/edge_model.hpp"
#include "solvers/mean_square/thresholds.hpp"

namespace hidyn::mean_square {
namespace {

using edge_model::EdgeModel;
using edge_model::Observables;

double edge_of(const EdgeModel& problem, double d) {
    return (problem.population() ? 2.0 * (1.0 + problem.momentum)
                                 : isotropic_critical_rate(1.0, d, static_cast<double>(problem.batch_size),
                                                           problem.momentum)) /
           problem.learning_rate;
}

/// The curvature x = a^2 at small weight decay mu, in the time eta steps / (1 - beta):
///   (1 + x^{-2}) dx/dt = 2 (q - P),  q = mu / (x + mu),  P = <|a w - w*|^2>,
/// for a^2 - |w|^2, with |w|^2 = 1 / x, grows by the decay of w alone. On the way P = q^2 / (1 - G), G the
/// share of P that batches hand on as new noise; at the threshold in mean square G = 1, and x rests where P =
/// q. Both are met by q^2 / (1 - G + q). To leading order in mu / x.
class Rise {
  public:
    Rise(const EdgeModel& problem, double d, double edge)
        : problem_(problem), d_(d), batch_(static_cast<double>(problem.batch_size)), edge_(edge) {}

    [[nodiscard]] Outcome solve(const RouteRun& run) const {
        const double mu = problem_.weight_decay;
        const double unit = (1.0 - problem_.momentum) / problem_.learning_rate;  // steps
        const double arrival = (edge_ * edge_ - std::pow(problem_.curvature, 2)) / (4.0 * mu) * unit;
        const bool settled = run.grid.times.front() > arrival;
        const double missing = std::numeric_limits<double>::quiet_NaN();
        const double distance = settled ? mu / (edge_ + mu) : missing;
        const double sharpness = !settled                ? missing
                                 : problem_.population() ? edge_
                                                         : isotropic_batch_sharpness(edge_, d_, batch_);
        const Observables report(problem_);
        std::vector<double> times = run.grid.times;
        for (double& one : times) one /= unit;
        const auto climb = [&](const math::State& state, math::State& change, double) {
            change[0] = speed(state[0]);
        };
        const auto record = [&](std::size_t time, const math::State& state) {
            const double curvature = std::fmin(edge_, state[0]);
            const double next_order = curvature * mu / (curvature + mu);
            const Slot slot = run.recorder.at(0, time);
            slot.record(report.curvature, curvature);
            run.recorder.record_error(report.curvature, time, next_order);
            slot.record(report.distance, distance);
            slot.record(report.ratio_of_means, sharpness);
            slot.record(report.stability_share, 0.5 * problem_.learning_rate * sharpness);
        };
        const math::IntegrationReport reached =
            math::integrate({.derivative = climb, .record = record}, {std::fmin(problem_.curvature, edge_)},
                            times, run.progress);
        Outcome outcome;
        outcome.status = reached.status;
        outcome.detail = reached.detail;
        outcome.attributes["edge"] = edge_;
        outcome.attributes["arrival"] = arrival;
        return outcome;
    }

  private:
    [[nodiscard]] double speed(double x) const {
        const double mu = problem_.weight_decay;
        const double q = mu / (x + mu);
        const double both = 1.0 + 1.0 / (x * x);
        const double rate = 2.0 * q * (1.0 - q / (1.0 - gain(x) + q)) / both;
        return x < edge_ ? std::fmax(0.0, rate) : 0.0;
    }
    /// From the threshold eta x + eta x (d + 1) / B (1 + beta) / (1 - beta) = 2 (1 + beta).
    [[nodiscard]] double gain(double x) const {
        if (problem_.population()) return 0.0;
        const double beta = problem_.momentum;
        const double eta = problem_.learning_rate;
        return eta * x * (d_ + 1.0) / batch_ * (1.0 + beta) / (1.0 - beta) / (2.0 * (1.0 + beta) - eta * x);
    }

    const EdgeModel& problem_;
    double d_, batch_, edge_;
};

Solver prepare_edge_model(const Asked<EdgeModel>& asked) {
    const EdgeModel& problem = *asked.problem;
    const auto d = static_cast<double>(asked.info.d);
    const double edge = edge_of(problem, d);
    if (problem.curvature > edge)
        asked.complaints.add(
            fmt::format("{}: the start's curvature {:.6g} is beyond the edge {:.6g}: nothing is known of how "
                        "it comes back",
                        asked.keys.place(), problem.curvature, edge));
    if (problem.weight_decay == 0.0)
        asked.complaints.add(
            fmt::format("{}: without weight_decay the curvature does not grow", asked.keys.place()));
    return {[problem = asked.problem, d, edge](const RouteRun& run) {
        return Rise(*problem, d, edge).solve(run);
    }};
}

}  // namespace

RouteKind edge_model_kind() {
    return {
        .name = "mean-square",
        .summary =
            "progressive sharpening up to the curvature at which steps are just stable in mean square; "
            "distance and batch sharpness where all recorded times are beyond it",
        .source = "Andreyev et al., arXiv 2604.14108; second moments of Gaussian batches",
        .theory = true,
        .keys =
            {keys::integer_or_list("d", "input dimension").written("d").at_least(1).at_most(1e12).needed()},
        .make = route_of<EdgeModel>(prepare_edge_model)};
}

}  // namespace hidyn::mean_square
