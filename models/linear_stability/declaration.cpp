// SPDX-License-Identifier: MIT
#include "models/linear_stability/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/counts.hpp"
#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/linear_stability/linear_stability.hpp"
#include "models/linear_stability/simulation.hpp"

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

std::shared_ptr<const Problem> make(bool data_set, const ProblemTables& tables) {
    auto problem = std::make_shared<LinearStability>();
    const Table& table = tables.algorithm;
    problem->spectrum_exponent = tables.problem.real("spectrum_exponent");
    problem->learning_rate = table.real("learning_rate");
    problem->momentum = table.real("momentum");
    problem->batch_size = static_cast<std::uint64_t>(table.integer("batch_size"));
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
                       .keys = {keys::learning_rate("step size, of unscaled weights"), keys::momentum(),
                                keys::batch_size("samples per step", 1e9)}};
    if (data_set)
        kind.data_keys = {keys::sample_ratio("samples per dimension").written("n / d"),
                          keys::seed("of the data sets, one per replica")};
    kind.make = [data_set](const ProblemTables& tables, Complaints&) { return make(data_set, tables); };
    return kind;
}

Solver prepare(const Asked<LinearStability>& asked) {
    const LinearStability& problem = *asked.problem;
    const std::uint64_t d = asked.info.d;
    const std::string why =
        problem.sample_ratio ? count_mistake("sample_ratio", *problem.sample_ratio, "sample", d) : "";
    if (!why.empty())
        asked.complain("d", why);
    else if (problem.sample_ratio && problem.batch_size > problem.samples(d))
        asked.complain("d", fmt::format("leaves {} samples, fewer than algorithm.batch_size = {}",
                                        problem.samples(d), problem.batch_size));
    if (static_cast<double>(problem.batch_size) * static_cast<double>(d) > 1e9)
        asked.complain("d", "needs batches of more than 1e9 numbers");
    return {[problem = asked.problem](const RouteRun& run) { return simulate(*problem, run); }};
}

}  // namespace

ProblemKind declaration() {
    return {
        .name = "linear-stability",
        .summary = "mean-square stability of SGD with momentum at a solution that fits every sample",
        .mathematics = mathematics,
        .problem_keys = {keys::real("spectrum_exponent",
                                    "the inputs' covariance has eigenvalues k^(-spectrum_exponent), k = 1..d")
                             .at_least(0)
                             .at_most(10)
                             .otherwise(0.0)},
        .initial_keys = {},
        .algorithms = {algorithm(false, "online-sgd", "batches of fresh samples, with momentum"),
                       algorithm(true, "sgd", "batches of a data set without replacement, with momentum")},
        .observables = LinearStability().observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "real vectors and samples",
            .source = "the definition of the algorithm",
            .theory = false,
            .keys = keys::ensemble(1e7),
            .make = route_of<LinearStability>(prepare)};
}

}  // namespace hidyn::linear_stability
