// SPDX-License-Identifier: MIT
#include "models/ghost/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/ghost/simulation.hpp"
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

AlgorithmKind algorithm(Task task, const char* name, const char* summary, std::vector<Key> keys = {}) {
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
        .problem_keys = {keys::real("delay", "how long the output is to wait, in the neuron's time")
                             .written("T")
                             .above(0)
                             .otherwise(100.0),
                         keys::real("threshold",
                                    "state at which the output is half on; its tail exp(-threshold) leaves "
                                    "that much of a gradient in the no-learning zone")
                             .at_least(0)
                             .at_most(1000)
                             .otherwise(30.0),
                         keys::real("power", "of the distance between output and target")
                             .at_least(1)
                             .at_most(4)
                             .otherwise(1.0)},
        .initial_keys =
            {keys::real("ratio", "r / r* at the start (gradient-descent)").written("r / r^*").otherwise(30.0),
             keys::real("spread", "replicas start within ratio (1 +- spread), evenly (gradient-descent)")
                 .at_least(0)
                 .at_most(1)
                 .otherwise(0.0),
             keys::seed("of the starts"),
             keys::real_list("ratios", "all r / r* that are looked at (evolution, landscape)")},
        .algorithms = {algorithm(Task::descent, "gradient-descent", "r by the gradient of the loss",
                                 {keys::learning_rate("step size of r; critical at 3 pi^4 / (32 delay^5)")
                                      .written("\\alpha")}),
                       algorithm(Task::evolution, "evolution",
                                 "the neuron's state in time, without learning"),
                       algorithm(Task::landscape, "landscape",
                                 "loss and gradient against r, without learning")},
        .observables = all_observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "the neuron integrated along its target, with its derivative by r",
            .source = "the definitions of neuron, output and loss",
            .theory = false,
            .keys = {keys::replicas("independent starts", 1e5, 1)},
            .make = solved_by<Ghost>(simulate)};
}

}  // namespace hidyn::ghost
