// SPDX-License-Identifier: MIT
#include "models/edge_model/declaration.hpp"

#include <fmt/format.h>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/edge_model/edge_model.hpp"
#include "models/edge_model/simulation.hpp"

namespace hidyn::edge_model {
namespace {

constexpr const char* mathematics =
    R"(The smallest network that trains itself to the edge of stability.

  student  f(x) = a w.x, teacher y = w*.x with |w*| = 1; inputs x ~ N(0, I) of dimension d, not scaled
  loss     (y - f)^2 / 2, and weight_decay |w|^2 / 2 on w alone
  momentum heavy ball without damping factor: v <- momentum v + gradient, theta <- theta - learning_rate v
  time     steps

  gradient-descent  the population's gradient
  online-sgd        the mean gradient of batch_size fresh samples

The curvature that w feels is a^2. Weight decay shortens w, and a grows to make up for it (progressive sharpening), at
a rate d(a^2)/dt = 2 weight_decay / a^2 in units of learning_rate steps / (1 - momentum); once steps of this curvature
are unstable, a w - w* grows and pushes a back. So a^2 comes to rest where steps are just stable in mean square,
  a^2 = 2 (1 + momentum) / (learning_rate [1 + (d + 1) / batch_size (1 + momentum) / (1 - momentum)])
and 2 (1 + momentum) / learning_rate for the population; |a w - w*|^2 = weight_decay / (a^2 + weight_decay). It takes
learning_rate steps / (1 - momentum) >= (a_edge^4 - a_start^4) / (4 weight_decay) to get there, and several times that
for the distance to settle.)";

std::vector<Key> algorithm_keys(bool batches) {
    std::vector<Key> all{keys::learning_rate("step size of w and a"), keys::momentum(),
                         keys::real("weight_decay", "of w alone; what makes a grow")
                             .written("\\mu")
                             .at_least(0)
                             .otherwise(0.05)};
    if (batches) all.push_back(keys::batch_size("fresh samples per step", 1e9));
    return all;
}

std::shared_ptr<const Problem> make(bool batches, const ProblemTables& tables) {
    auto problem = std::make_shared<EdgeModel>();
    const Table& table = tables.algorithm;
    problem->learning_rate = table.real("learning_rate");
    problem->momentum = table.real("momentum");
    problem->weight_decay = table.real("weight_decay");
    if (batches) problem->batch_size = static_cast<std::uint64_t>(table.integer("batch_size"));
    problem->curvature = tables.initial.real("curvature");
    return problem;
}

AlgorithmKind algorithm(bool batches, const char* name, const char* summary) {
    AlgorithmKind kind{.name = name, .summary = summary, .keys = algorithm_keys(batches)};
    kind.make = [batches](const ProblemTables& tables, Complaints&) { return make(batches, tables); };
    return kind;
}

Solver prepare(const Asked<EdgeModel>& asked) {
    if (asked.keys.text("method") == "reduced" && asked.info.d < 4)
        asked.complain("d", "must be at least 4 for the reduced chain, which keeps four directions apart");
    const double entries = static_cast<double>(asked.problem->batch_size) * static_cast<double>(asked.info.d);
    if (entries > 1e8)
        asked.complain("d",
                       fmt::format("needs batches of batch_size d = {:.3g} numbers, more than 1e8", entries));
    return {[problem = asked.problem](const RouteRun& run) { return simulate(*problem, run); }};
}

}  // namespace

ProblemKind declaration() {
    return {
        .name = "edge-model",
        .summary = "the smallest network that trains itself to the edge of stability",
        .mathematics = mathematics,
        .problem_keys = {},
        .initial_keys = {keys::real("curvature", "a^2 at the start, where w = w* / a and the velocity is 0")
                             .written("a^2(0)")
                             .above(0)
                             .otherwise(1.0)},
        .algorithms = {algorithm(false, "gradient-descent", "the population's gradient, with momentum"),
                       algorithm(true, "online-sgd", "batches of fresh samples, with momentum")},
        .observables = EdgeModel().observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "real vectors and samples, or the exact chain of their overlaps",
            .source = "the definition of the algorithm",
            .theory = false,
            .keys = keys::joined(
                keys::ensemble(1e7, 4),
                {keys::choice("method",
                              "direct: real vectors and samples; reduced: the same law, at a cost "
                              "independent of d and batch_size (batch sharpness apart)",
                              {"direct", "reduced"})}),
            .make = route_of<EdgeModel>(prepare)};
}

}  // namespace hidyn::edge_model
