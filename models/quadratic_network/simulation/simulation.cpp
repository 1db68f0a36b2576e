#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>

#include "core/machine.hpp"
#include "core/replicas.hpp"
#include "math/integrator.hpp"
#include "models/quadratic_network/declaration/declaration.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/simulation/learner.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::quadratic_network {
namespace {

constexpr double largest_trace = 1e6;  ///< tr Q beyond which a run has diverged

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const QuadraticNetwork> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome = run_replicas(
            info.replicas, 1, problem_->steps_per_unit_time(static_cast<double>(info.d)), grid, recorder,
            progress, [&](std::size_t replica, BlockWatch& watch) { simulate(replica, recorder, watch); });
        if (const std::string warning = problem_->stability_warning(); !warning.empty())
            outcome.attributes["warning"] = warning;
        return outcome;
    }

  private:
    void simulate(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        const ObservablePlaces places(*problem_);
        const Observer observer(*problem_, info.d);
        Learner learner(*problem_, info.d, problem_->start_of(replica),
                        {.seed = info.seed,
                         .route = random::route_hash(info.name),
                         .replica = static_cast<std::uint32_t>(replica)});
        follow_schedule(
            watch, [&](Archive& archive) { archive(learner); },
            [&](std::uint64_t count) {
                for (std::uint64_t step = 0; step < count; ++step) learner.step();
            },
            [&](std::uint64_t step) {
                const double trace = learner.Q().trace();
                if (!(trace <= largest_trace)) {
                    watch.mark_diverged(replica, step);
                    return false;
                }
                return watch.proceed(step);
            },
            [&](const Sampling& sampling) {
                observer.observe(learner.A(), learner.Q(), learner.Gamma(), recorder, replica, sampling.time,
                                 sampling.weight);
                if (places.train_loss == 0) return;
                const double loss = learner.train_loss();
                recorder.blend(places.train_loss, replica, sampling.time, sampling.weight, {&loss, 1});
            });
    }

    std::shared_ptr<const QuadraticNetwork> problem_;
};

/// Gradient flow of real weights, by an adaptive integrator.
class FlowSimulation final : public Route {
  public:
    FlowSimulation(std::shared_ptr<const QuadraticNetwork> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        return run_replicas(
            info.replicas, 1, 0.0, grid, recorder, progress,
            [&](std::size_t replica, BlockWatch& watch) { flow(replica, grid, recorder, progress, watch); });
    }

  private:
    void flow(std::size_t replica, const TimeGrid& grid, Recorder& recorder, Progress& progress,
              BlockWatch& watch) const {
        const Observer observer(*problem_, info.d);
        Learner learner(*problem_, info.d, problem_->start_of(replica),
                        {.seed = info.seed,
                         .route = random::route_hash(info.name),
                         .replica = static_cast<std::uint32_t>(replica)});
        const math::Integration problem{
            .derivative =
                [&](const math::State& state, math::State& derivative, double) {
                    learner.unpack(state);
                    const Eigen::MatrixXd direction = problem_->algorithm.direction(learner.gradient());
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
                    observer.observe(learner.A(), learner.Q(), learner.Gamma(), recorder, replica, time);
                }};
        PartialProgress part(progress, 1.0 / static_cast<double>(info.replicas));
        const math::IntegrationReport report = math::integrate(problem, learner.packed(), grid.times, part);
        if (report.status != Status::complete)
            watch.mark_diverged_at(replica, report.reached, report.reached);
    }

    std::shared_ptr<const QuadraticNetwork> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const QuadraticNetwork&>(base);
    const std::uint64_t smallest = problem.inputs.smallest_dimension(problem.teachers());
    if (info.d < smallest) {
        complaints.add(table.complain(
            "d", fmt::format("must be at least {}: teachers, spike and one axis beside them", smallest)));
        return;
    }
    const Covariance covariance = problem.inputs.at(info.d, problem.teachers());
    const Factors& start = problem.starts.front();
    const bool drawn_at = problem.start_size > 0 && problem.inputs.kind != InputLaw::Kind::spiked;
    if (drawn_at && info.d != problem.start_size) {
        complaints.add(table.complain(
            "d", fmt::format("must be initial.reference_d = {}: the inputs' variances there are not those at "
                             "another size",
                             problem.start_size)));
        return;
    }
    for (std::size_t j = 0; j < start.L.size(); ++j)
        if (static_cast<std::uint64_t>(start.L[j].cols()) > covariance.bulk[j].dimensions) {
            complaints.add(table.complain(
                "d", fmt::format("leaves {} axes beside teachers and spike, but the start fills {} of them",
                                 covariance.bulk[j].dimensions, start.L[j].cols())));
            return;
        }
    const double threads =
        static_cast<double>(std::min<std::int64_t>(omp_get_max_threads(), table.integer("replicas")));
    const double needed = threads * Learner::bytes(problem, info.d);
    if (needed > machine_memory())
        complaints.add(
            table.complain("d", fmt::format("takes {:.3g} GB on {} threads, but this machine has {:.3g} GB",
                                            needed / 1e9, threads, machine_memory() / 1e9)));
}

}  // namespace

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary =
                "real weights under the gradient of the population loss, of a data set or of fresh samples",
            .source = "the definitions of the algorithms",
            .theory = false,
            .algorithms = {"gradient-descent", "spectral-gradient-descent", "gradient-flow",
                           "spectral-gradient-flow", "online-sgd"},
            .keys = teacher_student::ensemble_keys(1e6),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                auto network = std::dynamic_pointer_cast<const QuadraticNetwork>(problem);
                if (network->algorithm.flow())
                    return std::make_unique<FlowSimulation>(std::move(network), std::move(info));
                return std::make_unique<Simulation>(std::move(network), std::move(info));
            }};
}

}  // namespace hidyn::quadratic_network
