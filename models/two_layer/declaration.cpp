#include "models/two_layer/declaration.hpp"

#include <fmt/format.h>

#include "models/teacher_student/initial.hpp"
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
    return {{.name = "hidden",
             .type = KeyType::integer,
             .meaning = "number of hidden units",
             .range = {.minimum = 1, .maximum = 1e5},
             .standard = std::int64_t{48}},
            {.name = "activation",
             .type = KeyType::function,
             .meaning = "of the hidden units; smooth",
             .symbol = "g",
             .choices = names,
             .standard = FunctionText{"tanh"}},
            {.name = "waves",
             .type = KeyType::integer,
             .meaning = "number of the teacher's waves",
             .range = {.minimum = 1, .maximum = 1e4},
             .standard = std::int64_t{8}},
            {.name = "frequency",
             .type = KeyType::real,
             .meaning = "of the waves",
             .symbol = "\\omega",
             .standard = 3.0},
            {.name = "amplitude", .type = KeyType::real, .meaning = "of each wave", .standard = 0.5}};
}

std::vector<Key> algorithm_keys(bool batches) {
    std::vector<Key> keys{{.name = "learning_rate",
                           .type = KeyType::real,
                           .meaning = "step size of all weights",
                           .symbol = "\\eta",
                           .range = {.minimum = 0, .above_minimum = true},
                           .required = true},
                          {.name = "momentum",
                           .type = KeyType::real,
                           .meaning = "of the heavy ball, without damping factor: less than 1",
                           .symbol = "\\beta",
                           .range = {.minimum = 0, .maximum = 1},
                           .standard = 0.0}};
    if (batches)
        keys.push_back({.name = "batch_size",
                        .type = KeyType::integer,
                        .meaning = "samples per step, without replacement",
                        .symbol = "B",
                        .range = {.minimum = 1, .maximum = 1e9},
                        .required = true});
    return keys;
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
    if (problem->momentum >= 1.0)
        complaints.add(tables.algorithm.complain("momentum", "must be less than 1"));
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
                       .data_keys = {{.name = "sample_ratio",
                                      .type = KeyType::real,
                                      .meaning = "samples per input dimension",
                                      .symbol = "n / d",
                                      .range = {.minimum = 0, .above_minimum = true},
                                      .required = true},
                                     {.name = "seed",
                                      .type = KeyType::integer,
                                      .meaning = "of the data sets, one per replica",
                                      .range = {.minimum = 0},
                                      .standard = std::int64_t{0}}}};
    kind.make = [batches](const ProblemTables& tables, Complaints& complaints) {
        return make(batches, tables, complaints);
    };
    return kind;
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const TwoLayer&>(base);
    if (problem.batch_size > problem.samples(info.d))
        complaints.add(
            table.complain("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}",
                                            problem.samples(info.d), problem.batch_size)));
    const double entries = static_cast<double>(problem.samples(info.d)) *
                           (static_cast<double>(problem.hidden) + static_cast<double>(info.d));
    if (entries > 1e9)
        complaints.add(table.complain(
            "d", fmt::format("needs {:.3g} numbers of samples and hidden units, too many", entries)));
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
        .initial_keys = {{.name = "first_scale",
                          .type = KeyType::real,
                          .meaning = "deviation of first-layer weights times sqrt(d)",
                          .range = {.minimum = 0},
                          .standard = 0.7},
                         {.name = "second_scale",
                          .type = KeyType::real,
                          .meaning = "deviation of second-layer weights times sqrt(hidden)",
                          .range = {.minimum = 0, .above_minimum = true},
                          .standard = 0.7},
                         {.name = "seed",
                          .type = KeyType::integer,
                          .meaning = "of the starts, one per replica",
                          .range = {.minimum = 0},
                          .standard = std::int64_t{0}}},
        .algorithms = {algorithm(false, "gradient-descent", "the whole data set at each step, with momentum"),
                       algorithm(true, "sgd", "batches without replacement, with momentum")},
        .observables = batches.observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    std::vector<Key> keys = teacher_student::ensemble_keys(1e5);
    for (Key& key : keys)
        if (key.name == "replicas") key.standard = std::int64_t{2};
    return {.name = "simulation",
            .summary = "real weights",
            .source = "the definition of the algorithm",
            .theory = false,
            .keys = std::move(keys),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return make_simulation(std::dynamic_pointer_cast<const TwoLayer>(problem), std::move(info));
            }};
}

}  // namespace hidyn::two_layer
