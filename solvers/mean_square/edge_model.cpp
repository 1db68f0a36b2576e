#include "solvers/mean_square/edge_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "models/edge_model/edge_model.hpp"
#include "solvers/mean_square/thresholds.hpp"

namespace hidyn::mean_square {
namespace {

using edge_model::EdgeModel;
using edge_model::ObservablePlaces;

class Edge final : public Route {
  public:
    Edge(std::shared_ptr<const EdgeModel> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const double d = static_cast<double>(info.d);
        const auto B = static_cast<double>(problem_->batch_size);
        const double beta = problem_->momentum;
        const double eta = problem_->learning_rate;
        const double mu = problem_->weight_decay;
        const double edge = problem_->population() ? 2.0 * (1.0 + beta) / eta
                                                   : isotropic_critical_rate(1.0, d, B, beta) / eta;
        const double start = problem_->curvature;
        // a^4 grows evenly, d(a^2)/dt = 2 mu / a^2 in units of eta steps / (1 - beta).
        const double arrival = (edge * edge - start * start) / (4.0 * mu) * (1.0 - beta) / eta;
        const bool settled = grid.times.front() > arrival;
        const double missing = std::numeric_limits<double>::quiet_NaN();
        const double distance = settled ? mu / (edge + mu) : missing;
        const double sharpness = !settled                 ? missing
                                 : problem_->population() ? edge
                                                          : isotropic_batch_sharpness(edge, d, B);
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const double way = 4.0 * mu * eta * grid.times[time] / (1.0 - beta);
            const double curvature = std::fmin(edge, std::sqrt(start * start + way));
            recorder.record(ObservablePlaces::curvature, 0, time, {&curvature, 1});
            recorder.record(ObservablePlaces::distance, 0, time, {&distance, 1});
            recorder.record(ObservablePlaces::ratio_of_means, 0, time, {&sharpness, 1});
        }
        Outcome outcome;
        outcome.attributes["edge"] = edge;
        outcome.attributes["arrival"] = arrival;
        progress.advance(1.0);
        return outcome;
    }

  private:
    std::shared_ptr<const EdgeModel> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const EdgeModel&>(base);
    const double edge =
        problem.population()
            ? 2.0 * (1.0 + problem.momentum) / problem.learning_rate
            : isotropic_critical_rate(1.0, static_cast<double>(info.d),
                                      static_cast<double>(problem.batch_size), problem.momentum) /
                  problem.learning_rate;
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
