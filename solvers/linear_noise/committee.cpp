#include "solvers/linear_noise/committee.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "solvers/equations/committee/equations.hpp"
#include "solvers/equations/committee/refinement.hpp"
#include "solvers/linear_noise/committee_diffusion.hpp"
#include "solvers/linear_noise/linear_noise.hpp"

namespace hidyn::linear_noise {
namespace {

using committee::Committee;
using committee::OrderParameters;
using Eigen::Index;
using math::State;

class LinearNoiseRoute final : public Route {
  public:
    LinearNoiseRoute(std::shared_ptr<const Committee> problem, const Table& table, RouteInfo description)
        : Route(std::move(description)),
          problem_(std::move(problem)),
          tolerance_(table.real("tolerance")),
          quadrature_tolerance_(table.real("quadrature_tolerance")) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome;
        const ode::Solution solution = ode::solve_to_stability(
            *problem_, quadrature_tolerance_,
            [&](std::size_t level, double looser) {
                PartialProgress part(progress, level == 0 && looser == 1.0 ? 1.0 : 0.0);
                return integrate_at(level, looser, grid, part);
            },
            outcome);
        ode::store(solution, recorder, 0, true);
        return outcome;
    }

  private:
    ode::Solution integrate_at(std::size_t level, double looser, const TimeGrid& grid,
                               Progress& progress) const {
        const OrderParameters& start = problem_->starts.front();
        ode::CommitteeEquations equations(*problem_, {.tolerance = quadrature_tolerance_, .level = level});
        CommitteeDiffusion diffusion(*problem_, {.tolerance = quadrature_tolerance_, .level = level});
        committee::Observer observer(*problem_);
        Recorder recorder(problem_->observables(), 0, grid.size());
        OrderParameters state = start;
        const LinearNoise problem{.size = equations.size(),
                                  .drift =
                                      [&](const State& s, State& drift) {
                                          equations.unpack(s, start, state);
                                          equations.derivative(state, drift);
                                      },
                                  .diffusion =
                                      [&](const State& s, Eigen::MatrixXd& sigma) {
                                          equations.unpack(s, start, state);
                                          diffusion(state, sigma);
                                      },
                                  .diverged = [&](const State& s) { return equations.diverged(s); },
                                  .record =
                                      [&](std::size_t time, const State& s, const Eigen::MatrixXd& V) {
                                          equations.unpack(s, start, state);
                                          observer.observe(state, recorder, 0, time);
                                          record_variances(s, V, start, equations, observer, recorder, time);
                                      },
                                  .tolerance = looser * tolerance_};
        ode::Solution solution;
        solution.report = integrate(problem, equations.pack(start), grid.times, progress);
        solution.series = recorder.take().series;
        solution.method = equations.method();
        solution.exact = equations.exact();
        return solution;
    }

    // d * Var of every observable, in the order in which the observer declares them.
    void record_variances(State s, const Eigen::MatrixXd& V, const OrderParameters& start,
                          const ode::CommitteeEquations& equations, committee::Observer& observer,
                          Recorder& recorder, std::size_t time) const {
        const auto students = static_cast<Index>(problem_->students);
        const auto teachers = static_cast<Index>(problem_->teachers);
        const Index r_begin = students * (students + 1) / 2;
        const Index v_begin = r_begin + students * teachers;
        std::vector<double> variance;
        const auto store = [&](std::size_t observable) {
            for (double& value : variance) value = std::max(value, 0.0);
            recorder.record_variance(observable, time, variance);
            variance.clear();
        };
        for (Index i = 0; i < students; ++i)
            for (Index j = 0; j < students; ++j) {
                const Index index = std::max(i, j) * (std::max(i, j) + 1) / 2 + std::min(i, j);
                variance.push_back(V(index, index));
            }
        store(0);
        for (Index index = r_begin; index < v_begin; ++index) variance.push_back(V(index, index));
        store(1);

        Eigen::VectorXd gradient(V.rows());
        OrderParameters state = start;
        for (Index index = 0; index < V.rows(); ++index) {
            const double value = s[static_cast<std::size_t>(index)];
            const double step = 1e-5 * std::max(1.0, std::abs(value));
            double slope = 0.0;
            for (const double sign : {1.0, -1.0}) {
                s[static_cast<std::size_t>(index)] = value + sign * step;
                equations.unpack(s, start, state);
                slope += sign * observer.generalization_error(state) / (2.0 * step);
            }
            s[static_cast<std::size_t>(index)] = value;
            gradient[index] = slope;
        }
        variance.push_back(gradient.dot(V * gradient));
        store(2);
        if (!problem_->algorithm.trains_second_layer()) return;
        for (Index index = v_begin; index < V.rows(); ++index) variance.push_back(V(index, index));
        store(3);
    }

    std::shared_ptr<const Committee> problem_;
    double tolerance_, quadrature_tolerance_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    if (dynamic_cast<const Committee&>(base).start_per_replica)
        complaints.add(
            fmt::format("{}: the linear-noise route needs one start for all replicas, not "
                        "initial.per_replica = true",
                        table.place()));
}

}  // namespace

RouteKind committee_kind() {
    return {
        .name = "linear-noise",
        .summary =
            "the ODE's mean with the predicted Gaussian spread of single runs, d * Var to leading order",
        .source = "system-size expansion of the order-parameter chain (van Kampen), V' = J V + V J^T + Sigma",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {{.name = "tolerance",
                  .type = KeyType::real,
                  .meaning = "relative and absolute tolerance of the integration",
                  .range = {.minimum = 1e-12, .maximum = 0.1},
                  .standard = 1e-6},
                 {.name = "quadrature_tolerance",
                  .type = KeyType::real,
                  .meaning = "accuracy of the fourth-order Gaussian moments in Sigma",
                  .range = {.minimum = 1e-10, .maximum = 0.1},
                  .standard = 1e-4}},
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<LinearNoiseRoute>(std::dynamic_pointer_cast<const Committee>(problem),
                                                      table, std::move(info));
        }};
}

}  // namespace hidyn::linear_noise
