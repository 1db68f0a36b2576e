#include "models/ghost/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/replicas.hpp"
#include "models/ghost/neuron.hpp"
#include "random/stream.hpp"

namespace hidyn::ghost {
namespace {

constexpr const char* mathematics =
    R"(A neuron learns a delay by passing the ghost of a saddle-node bifurcation: abruptly, or never.

  neuron   dx/dt = r + x^2, x(0) = 0; output 1 / (1 + exp(threshold - x))
  target   off for a delay T, then on for as long
  loss     int_0^{2T} |output - target|^power dt
  r        told in units of r* = pi^2 / (4 T^2), where the passage takes T

  gradient-descent  r <- r - learning_rate dL/dr, in steps
  evolution         x(t) itself, in the neuron's time, for all initial.ratios
  landscape         loss and gradient for all initial.ratios; no time passes

From 0 the passage takes t* = pi / (2 sqrt(r)) for r > 0, for ever otherwise. So L = |T - t*| for r > r*/4, and L = T
without any gradient below: the no-learning zone. In rho = r / r* gradient descent is
  rho <- rho - (3/4) (learning_rate / critical) sgn(rho - 1) rho^{-3/2},  critical = 3 pi^4 / (32 T^5):
steps above the critical learning rate throw r from the minimum into the zone, below it r comes to oscillate.)";

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const Ghost> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        if (problem_->task == Task::descent)
            return run_replicas(
                info.replicas, 1, 1.0, grid, recorder, progress,
                [&](std::size_t replica, BlockWatch& watch) { descend(replica, recorder, watch); });
        // Nothing is random: all replicas are one.
        const double best = problem_->best_parameter();
        std::vector<double> first, second;
        if (problem_->task == Task::landscape)
            for (const double ratio : problem_->ratios) {
                const Response response = respond(*problem_, ratio * best);
                first.push_back(response.loss);
                second.push_back(best * response.gradient);
            }
        std::vector<std::vector<double>> states;
        if (problem_->task == Task::evolution)
            for (const double ratio : problem_->ratios)
                states.push_back(trajectory(ratio * best, grid.times));
        for (std::size_t replica = 0; replica < info.replicas; ++replica)
            for (std::size_t time = 0; time < grid.size(); ++time) {
                if (problem_->task == Task::landscape) {
                    recorder.record(LandscapePlaces::loss, replica, time, first);
                    recorder.record(LandscapePlaces::gradient, replica, time, second);
                    continue;
                }
                first.clear();
                for (const std::vector<double>& one : states) first.push_back(one[time]);
                recorder.record(0, replica, time, first);
            }
        progress.advance(1.0);
        return {};
    }

  private:
    void descend(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        const double best = problem_->best_parameter();
        double r = problem_->ratios[replica] * best;
        Response response = respond(*problem_, r);
        follow_schedule(
            watch, 1, [&](Archive& archive) { archive(r, response); },
            [&](std::uint64_t count) {
                for (std::uint64_t step = 0; step < count; ++step) {
                    r -= problem_->learning_rate * response.gradient;
                    response = respond(*problem_, r);
                }
            },
            [&](std::uint64_t step) {
                if (std::isfinite(response.gradient)) return watch.proceed(step);
                watch.mark_diverged(replica, step);
                return false;
            },
            [&](const Sampling& sampling) {
                const double ratio = r / best;
                const double trapped = ratio < 0.25 ? 1.0 : 0.0;
                const auto blend = [&](std::size_t place, double value) {
                    recorder.blend(place, replica, sampling.time, sampling.weight, {&value, 1});
                };
                blend(ObservablePlaces::parameter, ratio);
                blend(ObservablePlaces::loss, response.loss);
                blend(ObservablePlaces::activation_time, response.activation_time);
                blend(ObservablePlaces::trapped, trapped);
            });
    }

    std::shared_ptr<const Ghost> problem_;
};

std::shared_ptr<const Problem> make(Task task, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<Ghost>();
    problem->task = task;
    problem->delay = tables.problem.real("delay");
    problem->threshold = tables.problem.real("threshold");
    problem->power = tables.problem.real("power");
    const Table& initial = tables.initial;
    const bool descent = task == Task::descent;
    if (initial.given(descent ? "ratios" : "ratio"))
        complaints.add(initial.complain(descent ? "ratios" : "ratio",
                                        descent
                                            ? "is for evolution and landscape; gradient-descent takes ratio"
                                            : "is for gradient-descent; here give ratios"));
    if (!descent) {
        if (!initial.given("ratios"))
            complaints.add(fmt::format("{}: ratios is missing", initial.place()));
        else
            problem->ratios = initial.reals("ratios");
        if (!std::ranges::is_sorted(problem->ratios) || problem->ratios.size() > 10000)
            complaints.add(initial.complain("ratios", "must be increasing, at most 10000 of them"));
        if (task == Task::landscape &&
            (tables.recording.grid.size() != 1 || tables.recording.grid.end() != 0.0))
            complaints.add(
                fmt::format("{}: no time passes in a landscape: give [time] at = [0]", initial.place()));
        return problem;
    }
    problem->learning_rate = tables.algorithm.real("learning_rate");
    const double ratio = initial.real("ratio");
    const double spread = initial.real("spread");
    random::Stream stream(
        {.seed = static_cast<std::uint64_t>(initial.integer("seed")), .purpose = random::Purpose::start});
    for (std::size_t replica = 0; replica < std::max<std::size_t>(tables.replicas, 1); ++replica)
        problem->ratios.push_back(ratio * (1.0 + spread * (2.0 * stream.uniform() - 1.0)));
    return problem;
}

AlgorithmKind algorithm(Task task, const char* name, const char* summary, std::vector<Key> keys) {
    AlgorithmKind kind{.name = name, .summary = summary, .keys = std::move(keys)};
    kind.make = [task](const ProblemTables& tables, Complaints& complaints) {
        return make(task, tables, complaints);
    };
    return kind;
}

std::vector<Observable> all_observables() {
    std::vector<Observable> all;
    for (const Task task : {Task::descent, Task::evolution, Task::landscape}) {
        Ghost one;
        one.task = task;
        for (Observable& what : one.observables()) all.push_back(std::move(what));
    }
    return all;
}

}  // namespace

ProblemKind declaration() {
    return {
        .name = "ghost",
        .summary = "abrupt learning of a delay by the ghost of a saddle-node bifurcation",
        .mathematics = mathematics,
        .problem_keys = {{.name = "delay",
                          .type = KeyType::real,
                          .meaning = "how long the output is to wait, in the neuron's time",
                          .symbol = "T",
                          .range = {.minimum = 0, .above_minimum = true},
                          .standard = 100.0},
                         {.name = "threshold",
                          .type = KeyType::real,
                          .meaning = "state at which the output is half on; its tail exp(-threshold) leaves "
                                     "that much of a gradient in the no-learning zone",
                          .range = {.minimum = 0, .maximum = 1000},
                          .standard = 30.0},
                         {.name = "power",
                          .type = KeyType::real,
                          .meaning = "of the distance between output and target",
                          .range = {.minimum = 1, .maximum = 4},
                          .standard = 1.0}},
        .initial_keys = {{.name = "ratio",
                          .type = KeyType::real,
                          .meaning = "r / r* at the start (gradient-descent)",
                          .symbol = "r / r^*",
                          .standard = 30.0},
                         {.name = "spread",
                          .type = KeyType::real,
                          .meaning = "replicas start within ratio (1 +- spread), evenly (gradient-descent)",
                          .range = {.minimum = 0, .maximum = 1},
                          .standard = 0.0},
                         {.name = "seed",
                          .type = KeyType::integer,
                          .meaning = "of the starts",
                          .range = {.minimum = 0},
                          .standard = std::int64_t{0}},
                         {.name = "ratios",
                          .type = KeyType::real_list,
                          .meaning = "all r / r* that are looked at (evolution, landscape)"}},
        .algorithms = {algorithm(Task::descent, "gradient-descent", "r by the gradient of the loss",
                                 {{.name = "learning_rate",
                                   .type = KeyType::real,
                                   .meaning = "step size of r; critical at 3 pi^4 / (32 delay^5)",
                                   .symbol = "\\alpha",
                                   .range = {.minimum = 0, .above_minimum = true},
                                   .required = true}}),
                       algorithm(Task::evolution, "evolution", "the neuron's state in time, without learning",
                                 {}),
                       algorithm(Task::landscape, "landscape",
                                 "loss and gradient against r, without learning", {})},
        .observables = all_observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "the neuron integrated along its target, with its derivative by r",
            .source = "the definitions of neuron, output and loss",
            .theory = false,
            .keys = {{.name = "replicas",
                      .type = KeyType::integer,
                      .meaning = "independent starts",
                      .range = {.minimum = 1, .maximum = 1e5},
                      .standard = std::int64_t{1}}},
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Simulation>(std::dynamic_pointer_cast<const Ghost>(problem),
                                                    std::move(info));
            }};
}

}  // namespace hidyn::ghost
