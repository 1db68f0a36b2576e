#include <fmt/format.h>

#include <cmath>

#include "core/parallel.hpp"
#include "math/integrator.hpp"
#include "math/matrices/spectrum.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/riccati/equations.hpp"
#include "solvers/riccati/quadratic_network.hpp"

namespace hidyn::riccati {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using math::State;
using quadratic_network::QuadraticNetwork;

class Exact final : public Route {
  public:
    Exact(std::shared_ptr<const QuadraticNetwork> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto count = static_cast<std::int64_t>(problem_->starts.size());
        std::vector<math::IntegrationReport> reports(problem_->starts.size());
        parallel_for(count, progress, [&](std::int64_t index) {
            const auto replica = static_cast<std::size_t>(index);
            PartialProgress part(progress, 1.0 / static_cast<double>(count));
            reports[replica] = follow(replica, grid, recorder, part);
        });
        Outcome outcome;
        for (const math::IntegrationReport& report : reports)
            if (report.status != Status::complete) {
                outcome.status = report.status;
                outcome.detail = report.detail;
                outcome.diverged_at = std::fmin(outcome.diverged_at, report.reached);
                if (problem_->start_per_replica) ++outcome.diverged_replicas;
            }
        return outcome;
    }

  private:
    math::IntegrationReport follow(std::size_t replica, const TimeGrid& grid, Recorder& recorder,
                                   Progress& progress) const {
        const Solution solution(problem_->starts[replica], problem_->strengths);
        const quadratic_network::Observer observer(*problem_, problem_->reference_size());
        std::size_t recorded = 0;
        const math::Integration problem{
            .derivative = [&](const State& state, State& derivative,
                              double time) { solution.derivative(state, derivative, time); },
            .record =
                [&](std::size_t time, const State& state) {
                    // Any factor of M shows what the weights show, but for rotations of the students.
                    const MatrixXd M = solution.matrix(state, grid.times[time]);
                    const math::SymmetricSpectrum solver(M);
                    const MatrixXd W = solver.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal() *
                                       solver.eigenvectors().transpose();
                    const MatrixXd Q = W * W.transpose();
                    observer.observe_invariants(W.leftCols(static_cast<Index>(problem_->teachers())), Q, Q,
                                                recorder, replica, time);
                    recorded = time + 1;
                },
            .relative_tolerance = tolerance,
            .absolute_tolerance = tolerance};
        math::IntegrationReport report =
            math::integrate(problem, State(solution.scalars(), 0.0), grid.times, progress);
        if (report.status != Status::complete) recorder.truncate(replica, recorded);
        return report;
    }

    std::shared_ptr<const QuadraticNetwork> problem_;
};

}  // namespace

RouteKind riccati_kind() {
    return {
        .name = "riccati",
        .summary =
            "gradient flow with isotropic inputs: a matrix Riccati equation, by two scalars and one per "
            "teacher",
        .source = "Martin, Bach & Biroli, arXiv 2311.03794",
        .theory = true,
        .algorithms = {"gradient-flow"},
        .keys = {},
        .check =
            [](const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
               Complaints& complaints) {
                check_isotropic(base, table, complaints);
                const auto& problem = dynamic_cast<const QuadraticNetwork&>(base);
                for (const quadratic_network::Factors& start : problem.starts)
                    if (math::symmetric_eigenvalues(start.A.transpose() * start.A)[0] <= 0.0) {
                        complaints.add(fmt::format(
                            "{}: every teacher needs some overlap with the students at the start, or it is "
                            "never found",
                            table.place()));
                        break;
                    }
            },
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<Exact>(std::dynamic_pointer_cast<const QuadraticNetwork>(problem),
                                           std::move(info));
        }};
}

}  // namespace hidyn::riccati
