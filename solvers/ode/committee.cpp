#include "solvers/ode/committee.hpp"

#include <cmath>

#include "core/parallel.hpp"
#include "models/committee/first_passage.hpp"
#include "solvers/equations/committee/equations.hpp"
#include "solvers/equations/committee/refinement.hpp"

namespace hidyn::ode {
namespace {

using committee::Committee;
using committee::OrderParameters;

class OdeRoute final : public Route {
  public:
    OdeRoute(std::shared_ptr<const Committee> problem, const Table& table, RouteInfo description)
        : Route(std::move(description)),
          problem_(std::move(problem)),
          tolerance_(table.real("tolerance")),
          quadrature_tolerance_(table.real("quadrature_tolerance")) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto starts = static_cast<std::int64_t>(problem_->starts.size());
        std::vector<Outcome> outcomes(problem_->starts.size());
        parallel_for(starts, progress, [&](std::int64_t index) {
            const auto replica = static_cast<std::size_t>(index);
            outcomes[replica] = solve_start(replica, grid, recorder, progress);
        });
        Outcome outcome = outcomes.front();
        outcome.diverged_replicas = 0;
        for (const Outcome& one : outcomes) {
            if (one.status == Status::complete) continue;
            ++outcome.diverged_replicas;
            outcome.status = one.status;
            outcome.detail = one.detail;
            outcome.diverged_at = std::fmin(outcome.diverged_at, one.diverged_at);
        }
        return outcome;
    }

  private:
    Solution integrate_at(std::size_t level, double looser, const OrderParameters& start,
                          const TimeGrid& grid, Progress& progress) const {
        CommitteeEquations equations(*problem_, {.tolerance = quadrature_tolerance_, .level = level});
        committee::Observer observer(*problem_);
        Recorder recorder(problem_->observables(), 0, grid.size());
        OrderParameters state = start;
        double passage = committee::not_yet;
        math::Integration problem{.derivative =
                                      [&](const State& packed, State& derivative, double) {
                                          equations.unpack(packed, start, state);
                                          equations.derivative(state, derivative);
                                      },
                                  .diverged = [&](const State& packed) { return equations.diverged(packed); },
                                  .record =
                                      [&](std::size_t time, const State& packed) {
                                          equations.unpack(packed, start, state);
                                          observer.observe(state, recorder, 0, time);
                                          if (problem_->escape_overlap)
                                              committee::observe_passage(*problem_, passage, grid.times[time],
                                                                         recorder, 0, time);
                                      },
                                  .relative_tolerance = looser * tolerance_,
                                  .absolute_tolerance = looser * tolerance_};
        if (problem_->escape_overlap) {
            problem.event = [&](const State& packed) {
                equations.unpack(packed, start, state);
                return committee::squared_overlap(state) - *problem_->escape_overlap;
            };
            problem.happened = [&](double time) { passage = time; };
        }
        Solution solution;
        solution.report = math::integrate(problem, equations.pack(start), grid.times, progress);
        solution.series = recorder.take().series;
        solution.method = equations.method();
        solution.exact = equations.exact();
        return solution;
    }

    Outcome solve_start(std::size_t replica, const TimeGrid& grid, Recorder& recorder,
                        Progress& progress) const {
        const OrderParameters& start = problem_->starts[replica];
        const double share = 1.0 / static_cast<double>(problem_->starts.size());
        Outcome outcome;
        const Solution solution = solve_to_stability(
            *problem_, quadrature_tolerance_,
            [&](std::size_t level, double looser) {
                PartialProgress part(progress, level == 0 && looser == 1.0 ? share : 0.0);
                return integrate_at(level, looser, start, grid, part);
            },
            outcome);
        store(solution, recorder, replica, !problem_->start_per_replica);
        return outcome;
    }

    std::shared_ptr<const Committee> problem_;
    double tolerance_, quadrature_tolerance_;
};

}  // namespace

RouteKind committee_kind() {
    return {
        .name = "ode",
        .summary =
            "the d -> infinity equations of motion of the order parameters (adaptive Dormand-Prince 5(4))",
        .source = "Saad & Solla, PRE 52, 4225 (1995); Goldt et al., arXiv 1906.08632 (noise, second layer)",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {{.name = "tolerance",
                  .type = KeyType::real,
                  .meaning = "relative and absolute tolerance of the integration",
                  .range = {.minimum = 1e-14, .maximum = 0.1},
                  .standard = 1e-9},
                 {.name = "quadrature_tolerance",
                  .type = KeyType::real,
                  .meaning =
                      "without closed forms: two orders of quadrature agree to this along the trajectory",
                  .range = {.minimum = 1e-12, .maximum = 0.1},
                  .standard = 1e-6}},
        .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<OdeRoute>(std::dynamic_pointer_cast<const Committee>(problem), table,
                                              std::move(info));
        }};
}

}  // namespace hidyn::ode
