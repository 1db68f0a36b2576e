#include "solvers/closed_form/sparse_regression.hpp"

#include <fmt/format.h>

#include <cmath>

#include "math/integrator.hpp"
#include "models/sparse_regression/sparse_regression.hpp"
#include "solvers/equations/deep_linear/mode_curves.hpp"

namespace hidyn::closed_form {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using sparse_regression::SparseRegression;

/// dw/dt = 2 sqrt(w^2 + 4 alpha^4) (w* - w): a mode of two unbalanced layers with b^2 - a^2 = 4 alpha^2, from
/// 0.
class Coordinates final : public Route {
  public:
    Coordinates(std::shared_ptr<const SparseRegression> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto nonzeros = static_cast<Index>(problem_->signal.size());
        for (std::size_t time = 0; time < grid.size(); ++time) {
            VectorXd w(nonzeros);
            for (Index k = 0; k < nonzeros; ++k) {
                const double target = problem_->signal[static_cast<std::size_t>(k)];
                w[k] = std::copysign(
                    modes::unbalanced(std::abs(target), 0.0, 2.0 * problem_->scale, grid.times[time]),
                    target);
            }
            // All other coordinates stay at 0.
            record_weights(*problem_, w, 0.0, recorder, 0, time);
        }
        progress.advance(1.0);
        return {};
    }

  private:
    std::shared_ptr<const SparseRegression> problem_;
};

/// Of one agent u v = alpha^2 stays, and w = 2 alpha^2 sinh(2 z) with dz/dt = -r(w): half as many equations,
/// none of them small.
class PooledFlow final : public Route {
  public:
    PooledFlow(std::shared_ptr<const SparseRegression> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome;
        for (std::size_t replica = 0; replica < problem_->data_replicas; ++replica) {
            const SparseRegression::Data data = problem_->data(info.d, static_cast<std::uint32_t>(replica));
            const auto n = static_cast<double>(data.X.rows());
            const auto weights = [&](const math::State& z) {
                const Eigen::Map<const VectorXd> at(z.data(), static_cast<Index>(z.size()));
                return VectorXd(2.0 * problem_->scale * problem_->scale * (2.0 * at).array().sinh());
            };
            const math::Integration mirror{
                .derivative =
                    [&](const math::State& z, math::State& change, double) {
                        Eigen::Map<VectorXd>(change.data(), static_cast<Index>(change.size())) =
                            -data.X.transpose() * (data.X * weights(z) - data.y) / n;
                    },
                .record =
                    [&](std::size_t time, const math::State& z) {
                        // How far many agents are from each other this does not know.
                        const double consensus = problem_->agents() == 1 ? 0.0 : std::nan("");
                        record_weights(*problem_, weights(z), consensus, recorder, replica, time);
                    },
                .relative_tolerance = 1e-9,
                .absolute_tolerance = 1e-10};
            PartialProgress part(progress, 1.0 / static_cast<double>(problem_->data_replicas));
            const math::IntegrationReport report =
                math::integrate(mirror, math::State(info.d, 0.0), grid.times, part);
            if (report.status != Status::complete) {
                outcome.status = report.status;
                outcome.diverged_at = report.reached;
                outcome.detail = report.detail;
            }
        }
        return outcome;
    }

  private:
    std::shared_ptr<const SparseRegression> problem_;
};

void check_population(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
                      Complaints& complaints) {
    if (!dynamic_cast<const SparseRegression&>(base).population())
        complaints.add(fmt::format(
            "{}: coordinates are independent for the population's loss alone; for a data set take "
            "pooled-flow",
            table.place()));
}

void check_data(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
                Complaints& complaints) {
    const auto& problem = dynamic_cast<const SparseRegression&>(base);
    if (problem.population())
        complaints.add(fmt::format("{}: needs [data] samples_per_agent; for the population take closed-form",
                                   table.place()));
    else if (info.d < problem.signal.size())
        complaints.add(table.complain(
            "d", fmt::format("is less than the {} nonzeros of problem.signal", problem.signal.size())));
}

}  // namespace

RouteKind sparse_regression_kind() {
    return {.name = "closed-form",
            .summary = "every coordinate by itself under the population's gradient flow",
            .source = "two unbalanced layers, Domine et al., arXiv 2409.14623; Wu & Sun, NeurIPS 2024",
            .theory = true,
            .keys = {},
            .check = check_population,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Coordinates>(
                    std::dynamic_pointer_cast<const SparseRegression>(problem), std::move(info));
            }};
}

RouteKind pooled_flow_kind() {
    return {
        .name = "pooled-flow",
        .summary = "gradient flow of one agent that has all data, to which many come close for small steps",
        .source = "u v is conserved: w = 2 alpha^2 sinh(-2 int r); Wu & Sun, NeurIPS 2024",
        .theory = true,
        .keys = {{.name = "d",
                  .type = KeyType::integer_or_list,
                  .meaning = "number of weights; the data sets are those of the simulation",
                  .symbol = "d",
                  .range = {.minimum = 1, .maximum = 1e5},
                  .required = true}},
        .check = check_data,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<PooledFlow>(std::dynamic_pointer_cast<const SparseRegression>(problem),
                                                std::move(info));
        }};
}

}  // namespace hidyn::closed_form
