#include "models/linear_stability/declaration.hpp"

#include <fmt/format.h>

#include "models/linear_stability/linear_stability.hpp"
#include "models/linear_stability/simulation.hpp"
#include "models/teacher_student/initial.hpp"

namespace hidyn::linear_stability {
namespace {

constexpr const char* mathematics =
    R"(When does SGD with momentum stay at a solution that fits every sample?

  loss     (theta.x)^2 / 2; inputs x ~ N(0, diag(lambda_k)) of dimension d with lambda_k = k^(-spectrum_exponent), not scaled
  step     v <- momentum v + H_B theta, theta <- theta - learning_rate v, H_B the mean of x x^T over the batch
  start    theta uniform on the sphere, v = 0
  time     steps

  online-sgd  batches of fresh samples
  sgd         batches of a data set of n = sample_ratio d samples, without replacement

E |theta|^2 obeys a linear recursion; it shrinks below a critical learning rate. Where noise dominates the threshold is
that of learning_rate E[H^2] / E[H] = 2 (1 - momentum), where the mean does it is learning_rate lambda_max =
2 (1 + momentum): one formula with two ends. Single runs are typical of the mean square at large d only; at small d rare
runs dominate it.)";

std::vector<Key> algorithm_keys() {
    return {{.name = "learning_rate",
             .type = KeyType::real,
             .meaning = "step size, of unscaled weights",
             .symbol = "\\eta",
             .range = {.minimum = 0, .above_minimum = true},
             .required = true},
            {.name = "momentum",
             .type = KeyType::real,
             .meaning = "of the heavy ball, without damping factor: less than 1",
             .symbol = "\\beta",
             .range = {.minimum = 0, .maximum = 1},
             .standard = 0.0},
            {.name = "batch_size",
             .type = KeyType::integer,
             .meaning = "samples per step",
             .symbol = "B",
             .range = {.minimum = 1, .maximum = 1e9},
             .standard = std::int64_t{1}}};
}

std::vector<Key> data_keys() {
    return {{.name = "sample_ratio",
             .type = KeyType::real,
             .meaning = "samples per dimension",
             .symbol = "n / d",
             .range = {.minimum = 0, .above_minimum = true},
             .required = true},
            {.name = "seed",
             .type = KeyType::integer,
             .meaning = "of the data sets, one per replica",
             .range = {.minimum = 0},
             .standard = std::int64_t{0}}};
}

std::shared_ptr<const Problem> make(bool data_set, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<LinearStability>();
    const Table& table = tables.algorithm;
    problem->spectrum_exponent = tables.problem.real("spectrum_exponent");
    problem->learning_rate = table.real("learning_rate");
    problem->momentum = table.real("momentum");
    problem->batch_size = static_cast<std::uint64_t>(table.integer("batch_size"));
    if (problem->momentum >= 1.0) complaints.add(table.complain("momentum", "must be less than 1"));
    if (data_set) {
        problem->sample_ratio = tables.data.real("sample_ratio");
        problem->data_seed = static_cast<std::uint64_t>(tables.data.integer("seed"));
        problem->data_replicas = std::max<std::size_t>(tables.replicas, 1);
    }
    return problem;
}

AlgorithmKind algorithm(bool data_set, const char* name, const char* summary) {
    AlgorithmKind kind{.name = name,
                       .summary = summary,
                       .keys = algorithm_keys(),
                       .data_keys = data_set ? data_keys() : std::vector<Key>{}};
    kind.make = [data_set](const ProblemTables& tables, Complaints& complaints) {
        return make(data_set, tables, complaints);
    };
    return kind;
}

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const LinearStability&>(base);
    if (problem.sample_ratio && problem.batch_size > problem.samples(info.d))
        complaints.add(
            table.complain("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}",
                                            problem.samples(info.d), problem.batch_size)));
    if (static_cast<double>(problem.batch_size) * static_cast<double>(info.d) > 1e9)
        complaints.add(table.complain("d", "needs batches of more than 1e9 numbers"));
}

}  // namespace

ProblemKind declaration() {
    return {
        .name = "linear-stability",
        .summary = "mean-square stability of SGD with momentum at a solution that fits every sample",
        .mathematics = mathematics,
        .problem_keys = {{.name = "spectrum_exponent",
                          .type = KeyType::real,
                          .meaning =
                              "the inputs' covariance has eigenvalues k^(-spectrum_exponent), k = 1..d",
                          .range = {.minimum = 0, .maximum = 10},
                          .standard = 0.0}},
        .initial_keys = {},
        .algorithms = {algorithm(false, "online-sgd", "batches of fresh samples, with momentum"),
                       algorithm(true, "sgd", "batches of a data set without replacement, with momentum")},
        .observables = LinearStability().observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    std::vector<Key> keys = teacher_student::ensemble_keys(1e7);
    return {.name = "simulation",
            .summary = "real vectors and samples",
            .source = "the definition of the algorithm",
            .theory = false,
            .keys = std::move(keys),
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return make_simulation(std::dynamic_pointer_cast<const LinearStability>(problem),
                                       std::move(info));
            }};
}

}  // namespace hidyn::linear_stability
