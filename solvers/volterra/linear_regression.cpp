#include "solvers/volterra/linear_regression.hpp"

#include <fmt/format.h>

#include <cmath>

#include "math/integrator.hpp"
#include "models/multi_index/observer.hpp"
#include "solvers/equations/linear_regression/linear_path.hpp"

namespace hidyn::volterra {
namespace {

using closed_form::LinearPath;
using multi_index::MultiIndex;
using multi_index::ObservablePlaces;

/// With psi twice the training loss,
///
///   psi(t) = psi_flow(t) + eta^2 int_0^t int mu^2 e^{-2 eta (mu + rho)(t - s)} dMP(mu) psi(s) ds,
///   Q(t)   = Q_flow(t)   + eta^2 int_0^t int mu   e^{-2 eta (mu + rho)(t - s)} dMP(mu) psi(s) ds
///
/// (Paquette et al., arXiv 2102.04396, in this project's normalisation). The kernel is a sum of exponentials
/// over the nodes of the spectrum, so each node carries I' = -2 eta (mu + rho) I + psi and the equation is an
/// ordinary differential one.
class VolterraRoute final : public Route {
  public:
    VolterraRoute(std::shared_ptr<const MultiIndex> problem, const Table& table, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), tolerance_(table.real("tolerance")) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const LinearPath path(*problem_);
        const math::MarchenkoPastur& spectrum = path.spectrum();
        const double eta = problem_->algorithm.learning_rate;
        const std::size_t count = spectrum.nodes.size();
        const auto residual = [&](const math::State& memory, double time) {
            double sum = 0.0;
            for (std::size_t k = 0; k < count; ++k)
                sum += spectrum.weights[k] * spectrum.nodes[k] * spectrum.nodes[k] * memory[k];
            return path.residual(path.after_time(time)) + eta * eta * sum;
        };
        std::vector<math::State> memories(grid.size());
        const math::Integration equation{
            .derivative =
                [&](const math::State& memory, math::State& slope, double time) {
                    const double psi = residual(memory, time);
                    for (std::size_t k = 0; k < count; ++k)
                        slope[k] = -2.0 * path.rate(spectrum.nodes[k]) * memory[k] + psi;
                },
            .diverged =
                [&](const math::State& memory) {
                    return !(memory.front() < multi_index::divergence_threshold);
                },
            .record = [&](std::size_t index, const math::State& memory) { memories[index] = memory; },
            .relative_tolerance = tolerance_,
            .absolute_tolerance = tolerance_};
        const math::IntegrationReport report =
            math::integrate(equation, math::State(count, 0.0), grid.times, progress);
        record(path, memories, residual, grid, recorder);

        Outcome outcome;
        outcome.status = report.status;
        if (report.status != Status::complete) {
            outcome.diverged_at = report.reached;
            outcome.detail = report.detail;
        }
        outcome.attributes["method"] = std::string("Volterra equation by Marchenko-Pastur modes");
        if (problem_->algorithm.ridge == 0.0 && eta >= 2.0 && outcome.detail.empty())
            outcome.detail = fmt::format(
                "a learning rate of {} is unstable: without ridge the training loss of SGD grows for eta >= "
                "2",
                eta);
        return outcome;
    }

  private:
    template <class Residual>
    void record(const LinearPath& path, const std::vector<math::State>& memories, Residual residual,
                const TimeGrid& grid, Recorder& recorder) const {
        multi_index::Observer observer(*problem_);
        const ObservablePlaces places(problem_->recording);
        for (std::size_t time = 0; time < grid.size() && !memories[time].empty(); ++time) {
            const LinearPath::Kept kept = path.after_time(grid.times[time]);
            const double Q = path.correlation(kept, kept) + kicked(path, memories[time], 0.0);
            observer.observe(Eigen::MatrixXd::Constant(1, 1, Q),
                             Eigen::MatrixXd::Constant(1, 1, path.teacher_overlap(kept)),
                             0.5 * residual(memories[time], grid.times[time]), recorder, 0, time, 1.0);
            if (places.C > 0) {
                std::vector<double> row(grid.size(), std::nan(""));
                for (std::size_t other = 0; other < grid.size() && !memories[other].empty(); ++other) {
                    const std::size_t earlier = std::min(time, other);
                    row[other] =
                        path.correlation(kept, path.after_time(grid.times[other])) +
                        kicked(path, memories[earlier], std::abs(grid.times[time] - grid.times[other]));
                }
                recorder.record(places.C, 0, time, row);
            }
            if (places.response == 0) continue;
            std::vector<double> row;
            for (const double source : problem_->recording.response_at) {
                const double since = grid.times[time] - source;
                row.push_back(since > 0.0 ? path.response(path.after_time(since)) : 0.0);
            }
            recorder.record(places.response, 0, time, row);
        }
    }

    /// What the kicks up to an earlier time contribute to the overlap with the weights `later` after it.
    [[nodiscard]] double kicked(const LinearPath& path, const math::State& memory, double later) const {
        const double eta = problem_->algorithm.learning_rate;
        const math::MarchenkoPastur& spectrum = path.spectrum();
        double sum = 0.0;
        for (std::size_t k = 0; k < memory.size(); ++k)
            sum += spectrum.weights[k] * spectrum.nodes[k] * std::exp(-path.rate(spectrum.nodes[k]) * later) *
                   memory[k];
        return eta * eta * sum;
    }

    std::shared_ptr<const MultiIndex> problem_;
    double tolerance_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const MultiIndex&>(base);
    if (const std::optional<double> step = problem.finite_step())
        complaints.add(
            fmt::format("{}: the Volterra equation is the limit of vanishing steps, but the algorithm has "
                        "steps of {} (algorithm.time_step or a batch fraction); dmft is exact at that step",
                        table.place(), *step));
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
            .keys = {{.name = "tolerance",
                      .type = KeyType::real,
                      .meaning = "relative and absolute tolerance of the integration",
                      .range = {.minimum = 1e-14, .maximum = 0.1},
                      .standard = 1e-9}},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<VolterraRoute>(std::dynamic_pointer_cast<const MultiIndex>(problem),
                                                       table, std::move(info));
            }};
}

}  // namespace hidyn::volterra
