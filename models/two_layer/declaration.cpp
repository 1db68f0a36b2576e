// SPDX-License-Identifier: MIT
#include "models/two_layer/declaration.hpp"

#include <fmt/format.h>

#include "core/counts.hpp"
#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/teacher_student/network.hpp"
#include "models/two_layer/simulation.hpp"
#include "models/two_layer/two_layer.hpp"

namespace hidyn::two_layer {
namespace {

constexpr const char* mathematics =
    R"(A two-layer network on a small data set: what its curvature does under large steps.

  student  f(x) = sum_k a_k g(w_k.x + b_k), k = 1..hidden; w, b and a are trained
  inputs   n = sample_ratio d of them, uniform on the sphere |x|^2 = d; labels y = amplitude sum_j sin(frequency kappa_j.x
           / sqrt(d)) of waves random directions kappa_j ~ N(0, I); a data set for each replica
  loss     mean of (f - y)^2 / 2
  start    w of deviation first_scale / sqrt(d), a of deviation second_scale / sqrt(hidden), b = 0
  momentum heavy ball without damping factor: v <- momentum v + gradient, theta <- theta - learning_rate v
  time     steps

  gradient-descent  the whole data set: sharpness rises and settles at 2 (1 + momentum) / learning_rate, the edge of
                    stability
  sgd               batches without replacement: batch sharpness stays below 2 (1 - momentum) / learning_rate, the edge
                    for noise-dominated steps, from which noise may keep it far

Sharpness is the Hessian's largest eigenvalue, by Lanczos' method on products of the Hessian with vectors.)";

std::vector<Key> problem_keys() {
    std::vector<std::string> names;
    for (const math::ActivationDescription& entry : math::Activation::catalogue())
        names.push_back(entry.name);
    return {keys::integer("hidden", "number of hidden units")
                .at_least(1)
                .at_most(1e5)
                .otherwise(std::int64_t{48}),
            keys::function("activation", "of the hidden units; smooth", names)
                .written("g")
                .otherwise(FunctionText{"tanh"}),
            keys::integer("waves", "number of the teacher's waves")
                .at_least(1)
                .at_most(1e4)
                .otherwise(std::int64_t{8}),
            keys::real("frequency", "of the waves").written("\\omega").otherwise(3.0),
            keys::real("amplitude", "of each wave").otherwise(0.5)};
}

std::vector<Key> algorithm_keys(bool batches) {
    std::vector<Key> all{keys::learning_rate("step size of all weights"), keys::momentum()};
    if (batches) all.push_back(keys::batch_size("samples per step, without replacement", 1e9).needed());
    return all;
}

std::shared_ptr<const Problem> make(bool batches, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<TwoLayer>();
    problem->hidden = static_cast<std::size_t>(tables.problem.integer("hidden"));
    problem->activation = teacher_student::read_activation(tables.problem, "activation", complaints);
    if (!problem->activation.smooth())
        complaints.add(tables.problem.complain("activation",
                                               "has kinks, where the Hessian is not what its products show; "
                                               "take a smooth one"));
    problem->waves = static_cast<std::size_t>(tables.problem.integer("waves"));
    problem->frequency = tables.problem.real("frequency");
    problem->amplitude = tables.problem.real("amplitude");
    problem->sample_ratio = tables.data.real("sample_ratio");
    problem->data_seed = static_cast<std::uint64_t>(tables.data.integer("seed"));
    problem->learning_rate = tables.algorithm.real("learning_rate");
    problem->momentum = tables.algorithm.real("momentum");
    if (batches) problem->batch_size = static_cast<std::uint64_t>(tables.algorithm.integer("batch_size"));
    problem->first_scale = tables.initial.real("first_scale");
    problem->second_scale = tables.initial.real("second_scale");
    problem->start_seed = static_cast<std::uint64_t>(tables.initial.integer("seed"));
    return problem;
}

AlgorithmKind algorithm(bool batches, const char* name, const char* summary) {
    AlgorithmKind kind{.name = name,
                       .summary = summary,
                       .keys = algorithm_keys(batches),
                       .data_keys = {keys::sample_ratio("samples per input dimension").written("n / d"),
                                     keys::seed("of the data sets, one per replica")}};
    kind.make = [batches](const ProblemTables& tables, Complaints& complaints) {
        return make(batches, tables, complaints);
    };
    return kind;
}

Solver prepare(const Asked<TwoLayer>& asked) {
    const TwoLayer& problem = *asked.problem;
    const std::uint64_t samples = problem.samples(asked.info.d);
    if (const std::string why = count_mistake("sample_ratio", problem.sample_ratio, "sample", asked.info.d);
        !why.empty())
        asked.complain("d", why);
    else if (problem.batch_size > samples)
        asked.complain("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}", samples,
                                        problem.batch_size));
    const double entries = static_cast<double>(samples) *
                           (static_cast<double>(problem.hidden) + static_cast<double>(asked.info.d));
    if (entries > 1e9)
        asked.complain("d",
                       fmt::format("needs {:.3g} numbers of samples and hidden units, too many", entries));
    return {[problem = asked.problem](const RouteRun& run) { return simulate(*problem, run); }};
}

}  // namespace

ProblemKind declaration() {
    TwoLayer batches;
    batches.batch_size = 1;
    return {
        .name = "two-layer-network",
        .summary = "a two-layer network on a small data set, and its sharpness under large steps",
        .mathematics = mathematics,
        .problem_keys = problem_keys(),
        .initial_keys = {keys::real("first_scale", "deviation of first-layer weights times sqrt(d)")
                             .at_least(0)
                             .otherwise(0.7),
                         keys::real("second_scale", "deviation of second-layer weights times sqrt(hidden)")
                             .above(0)
                             .otherwise(0.7),
                         keys::seed("of the starts, one per replica")},
        .algorithms = {algorithm(false, "gradient-descent", "the whole data set at each step, with momentum"),
                       algorithm(true, "sgd", "batches without replacement, with momentum")},
        .observables = batches.observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "real weights",
            .source = "the definition of the algorithm",
            .theory = false,
            .keys = keys::ensemble(1e5, 2),
            .make = route_of<TwoLayer>(prepare)};
}

}  // namespace hidyn::two_layer
