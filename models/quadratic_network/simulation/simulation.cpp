// SPDX-License-Identifier: MIT
#include "models/quadratic_network/simulation/simulation.hpp"

#include <Eigen/Core>

#include "core/replicas.hpp"
#include "math/integrator.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/simulation/learner.hpp"

namespace hidyn::quadratic_network {
namespace {

constexpr double largest_trace = 1e6;  ///< tr Q beyond which a run has diverged

/// One replica that goes in steps.
class Replica {
  public:
    Replica(const QuadraticNetwork& problem, const RouteRun& run, std::size_t replica)
        : report_(problem),
          observer_(problem, run.info.d),
          learner_(problem, run.info.d, problem.start_of(replica), run.key(replica)) {}

    void advance(std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) learner_.step();
    }
    [[nodiscard]] bool finite() const { return learner_.Q().trace() <= largest_trace; }
    void observe(const Slot& slot) {
        observer_.observe(learner_.A(), learner_.Q(), learner_.Gamma(), slot);
        if (report_.train_loss) slot.record(report_.train_loss, learner_.train_loss());
    }
    void archive(Archive& archive) { archive(learner_); }

  private:
    Observables report_;
    Observer observer_;
    Learner learner_;
};

/// Gradient flow of one replica's real weights.
void flow(const QuadraticNetwork& problem, const RouteRun& run, std::size_t replica, BlockWatch& watch) {
    const Observer observer(problem, run.info.d);
    Learner learner(problem, run.info.d, problem.start_of(replica), run.key(replica));
    const math::Integration equations{
        .derivative =
            [&](const math::State& state, math::State& derivative, double) {
                learner.unpack(state);
                const Eigen::MatrixXd direction = problem.algorithm.direction(learner.gradient());
                std::size_t place = 0;
                for (Eigen::Index k = 0; k < direction.rows(); ++k)
                    for (Eigen::Index i = 0; i < direction.cols(); ++i)
                        derivative[place++] = -direction(k, i);
            },
        .diverged =
            [](const math::State& state) {
                double trace = 0.0;
                for (const double entry : state) trace += entry * entry;
                return !(trace <= largest_trace);
            },
        .record =
            [&](std::size_t time, const math::State& state) {
                learner.unpack(state);
                observer.observe(learner.A(), learner.Q(), learner.Gamma(),
                                 run.recorder.at(replica, Sampling{.time = time}));
            }};
    PartialProgress part(run.progress, 1.0 / static_cast<double>(run.info.replicas));
    const math::IntegrationReport report = math::integrate(equations, learner.packed(), run.grid.times, part);
    if (report.status != Status::complete) watch.mark_diverged_at(replica, report.reached, report.reached);
}

}  // namespace

Outcome simulate(const QuadraticNetwork& problem, const RouteRun& run) {
    if (problem.algorithm.flow())
        return run_replicas(
            run.info.replicas, 1, 0.0, run.grid, run.recorder, run.progress,
            [&](std::size_t replica, BlockWatch& watch) { flow(problem, run, replica, watch); });
    Outcome outcome = run_steppers(run, problem.steps_per_unit_time(static_cast<double>(run.info.d)),
                                   [&](std::size_t replica) { return Replica(problem, run, replica); });
    if (const std::string warning = problem.stability_warning(); !warning.empty())
        outcome.attributes["warning"] = warning;
    return outcome;
}

}  // namespace hidyn::quadratic_network
