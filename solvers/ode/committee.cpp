#include "solvers/ode/committee.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "solvers/ode/committee_equations.hpp"

namespace hidyn::ode {
namespace {

using committee::Committee;
using committee::OrderParameters;

// Where there is no closed form, the order of the quadrature rises until the whole trajectory is stable, at
// most to this level.
constexpr std::size_t last_level = 6;

struct Solution {
    std::vector<Series> series;
    IntegrationReport report;
    std::string method;
    bool exact = true;
};

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
    /// Forwards a fixed share of its route's progress.
    class Share final : public Progress {
      public:
        Share(Progress& whole, double part) : whole_(whole), part_(part) {}
        void advance(double fraction) override { whole_.advance(fraction * part_); }
        [[nodiscard]] bool stop_requested() const override { return whole_.stop_requested(); }

      private:
        Progress& whole_;
        double part_;
    };

    Solution integrate_at(std::size_t level, const OrderParameters& start, const TimeGrid& grid,
                          Progress& progress) const {
        CommitteeEquations equations(*problem_, {.tolerance = quadrature_tolerance_, .level = level});
        committee::Observer observer(*problem_);
        Recorder recorder(problem_->observables(), 0, grid.size());
        OrderParameters state = start;
        const Integration problem{.derivative =
                                      [&](const State& packed, State& derivative, double) {
                                          equations.unpack(packed, start, state);
                                          equations.derivative(state, derivative);
                                      },
                                  .diverged = [&](const State& packed) { return equations.diverged(packed); },
                                  .record =
                                      [&](std::size_t time, const State& packed) {
                                          equations.unpack(packed, start, state);
                                          observer.observe(state, recorder, 0, time);
                                      },
                                  .relative_tolerance = tolerance_,
                                  .absolute_tolerance = tolerance_};
        Solution solution;
        solution.report = integrate(problem, equations.pack(start), grid.times, progress);
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
        Share whole(progress, share);
        Solution solution = integrate_at(0, start, grid, whole);
        if (!solution.exact) refine(solution, start, grid, recorder, progress, outcome);
        for (std::size_t index = 0; index < solution.series.size(); ++index)
            for (std::size_t time = 0; time < grid.size(); ++time)
                recorder.record(index, replica, time, solution.series[index].at(0, time));
        outcome.status = solution.report.status;
        outcome.detail = solution.report.detail;
        if (outcome.status != Status::complete) outcome.diverged_at = solution.report.reached;
        outcome.attributes["method"] = solution.method;
        outcome.attributes["steps"] = static_cast<double>(solution.report.steps);
        outcome.attributes["evaluations"] = static_cast<double>(solution.report.evaluations);
        outcome.attributes["last_step"] = solution.report.last_step;
        return outcome;
    }

    /// Raises the quadrature's level until two levels agree along the whole trajectory; their difference is
    /// recorded as the theory's own error.
    void refine(Solution& solution, const OrderParameters& start, const TimeGrid& grid, Recorder& recorder,
                Progress& progress, Outcome& outcome) const {
        double largest = 0.0;
        for (std::size_t level = 1; level <= last_level; ++level) {
            Share none(progress, 0.0);
            Solution finer = integrate_at(level, start, grid, none);
            largest = 0.0;
            for (std::size_t index = 0; index < finer.series.size(); ++index) {
                const Series& fine = finer.series[index];
                std::vector<double> difference(fine.components());
                for (std::size_t time = 0; time < grid.size(); ++time) {
                    for (std::size_t component = 0; component < difference.size(); ++component) {
                        difference[component] = std::abs(fine.at(0, time)[component] -
                                                         solution.series[index].at(0, time)[component]);
                        largest = std::fmax(largest, difference[component]);
                    }
                    if (!problem_->start_per_replica) recorder.record_error(index, time, difference);
                }
            }
            solution = std::move(finer);
            if (largest <= quadrature_tolerance_ || solution.report.status != Status::complete) break;
        }
        outcome.attributes["quadrature_error"] = largest;
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
