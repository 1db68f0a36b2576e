#include "solvers/mean_square/edge_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <vector>

#include "math/integrator.hpp"
#include "models/edge_model/edge_model.hpp"
#include "solvers/mean_square/thresholds.hpp"

namespace hidyn::mean_square {
namespace {

using edge_model::EdgeModel;
using edge_model::ObservablePlaces;

/// The curvature x = a^2 at small weight decay mu, in the time eta steps / (1 - beta):
///   (1 + x^{-2}) dx/dt = 2 (q - P),  q = mu / (x + mu),  P = <|a w - w*|^2>,
/// for a^2 - |w|^2, with |w|^2 = 1 / x, grows by the decay of w alone. On the way P = q^2 / (1 - G), G the
/// share of P that batches hand on as new noise; at the threshold in mean square G = 1, and x rests where P =
/// q. Both are met by q^2 / (1 - G + q). To leading order in mu / x.
class Edge final : public Route {
  public:
    Edge(std::shared_ptr<const EdgeModel> problem, RouteInfo description)
        : Route(std::move(description)),
          problem_(std::move(problem)),
          d_(static_cast<double>(info.d)),
          edge_(edge_of(*problem_, d_)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const double mu = problem_->weight_decay;
        const double unit = (1.0 - problem_->momentum) / problem_->learning_rate;  // steps
        const double arrival = (edge_ * edge_ - std::pow(problem_->curvature, 2)) / (4.0 * mu) * unit;
        const bool settled = grid.times.front() > arrival;
        const double missing = std::numeric_limits<double>::quiet_NaN();
        const double distance = settled ? mu / (edge_ + mu) : missing;
        const double sharpness = !settled                 ? missing
                                 : problem_->population() ? edge_
                                                          : isotropic_batch_sharpness(edge_, d_, batch());
        const double share = 0.5 * problem_->learning_rate * sharpness;
        std::vector<double> times = grid.times;
        for (double& one : times) one /= unit;
        const math::Integration rise{
            .derivative =
                [&](const math::State& state, math::State& change, double) {
                    const double q = mu / (state[0] + mu);
                    const double both = 1.0 + 1.0 / (state[0] * state[0]);
                    const double rate = 2.0 * q * (1.0 - q / (1.0 - gain(state[0]) + q)) / both;
                    change[0] = state[0] < edge_ ? std::fmax(0.0, rate) : 0.0;
                },
            .record =
                [&](std::size_t time, const math::State& state) {
                    const double curvature = std::fmin(edge_, state[0]);
                    const double next_order = curvature * mu / (curvature + mu);
                    recorder.record(ObservablePlaces::curvature, 0, time, {&curvature, 1});
                    recorder.record_error(ObservablePlaces::curvature, time, {&next_order, 1});
                    recorder.record(ObservablePlaces::distance, 0, time, {&distance, 1});
                    recorder.record(ObservablePlaces::ratio_of_means, 0, time, {&sharpness, 1});
                    recorder.record(ObservablePlaces::stability_share, 0, time, {&share, 1});
                }};
        const math::IntegrationReport report =
            math::integrate(rise, {std::fmin(problem_->curvature, edge_)}, times, progress);
        Outcome outcome{.status = report.status,
                        .diverged_at = missing,
                        .diverged_replicas = 0,
                        .detail = report.detail,
                        .attributes = {}};
        outcome.attributes["edge"] = edge_;
        outcome.attributes["arrival"] = arrival;
        return outcome;
    }

    static double edge_of(const EdgeModel& problem, double d) {
        return (problem.population()
                    ? 2.0 * (1.0 + problem.momentum)
                    : isotropic_critical_rate(1.0, d, static_cast<double>(problem.batch_size),
                                              problem.momentum)) /
               problem.learning_rate;
    }

  private:
    [[nodiscard]] double batch() const { return static_cast<double>(problem_->batch_size); }
    /// From the threshold eta x + eta x (d + 1) / B (1 + beta) / (1 - beta) = 2 (1 + beta).
    [[nodiscard]] double gain(double x) const {
        if (problem_->population()) return 0.0;
        const double beta = problem_->momentum;
        const double eta = problem_->learning_rate;
        return eta * x * (d_ + 1.0) / batch() * (1.0 + beta) / (1.0 - beta) / (2.0 * (1.0 + beta) - eta * x);
    }
    std::shared_ptr<const EdgeModel> problem_;
    double d_, edge_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const EdgeModel&>(base);
    const double edge = Edge::edge_of(problem, static_cast<double>(info.d));
    if (problem.curvature > edge)
        complaints.add(
            fmt::format("{}: the start's curvature {:.6g} is beyond the edge {:.6g}: nothing is known of how "
                        "it comes back",
                        table.place(), problem.curvature, edge));
    if (problem.weight_decay == 0.0)
        complaints.add(fmt::format("{}: without weight_decay the curvature does not grow", table.place()));
}

}  // namespace

RouteKind edge_model_kind() {
    return {.name = "mean-square",
            .summary =
                "progressive sharpening up to the curvature at which steps are just stable in mean square; "
                "distance "
                "and batch sharpness where all recorded times are beyond it",
            .source = "Andreyev et al., arXiv 2604.14108; second moments of Gaussian batches",
            .theory = true,
            .keys = {{.name = "d",
                      .type = KeyType::integer_or_list,
                      .meaning = "input dimension",
                      .symbol = "d",
                      .range = {.minimum = 1, .maximum = 1e12},
                      .required = true}},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Edge>(std::dynamic_pointer_cast<const EdgeModel>(problem),
                                              std::move(info));
            }};
}

}  // namespace hidyn::mean_square
