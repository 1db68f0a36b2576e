// SPDX-License-Identifier: MIT
#include "models/sparse_regression/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/sparse_regression/simulation.hpp"

namespace hidyn::sparse_regression {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr const char* mathematics =
    R"(Sparse weights without a penalty: gradient descent on w = u * u - v * v from a small start.

  labels  y = X w* + sqrt(label_noise) xi, X of independent standard normals, not scaled; w* has the entries `signal` first
          and zeros behind
  loss    |X w - y|^2 / (4 n) of each agent's n = samples_per_agent samples; r = X^T (X w - y) / n; without [data] the
          population's, r = w - w*
  start   u = v = scale, so that w = 0
  time    learning rate times steps

  gradient-descent  u_i <- sum_j P_ij u_j - learning_rate u_i r_i and v_i <- sum_j P_ij v_j + learning_rate v_i r_i: agents
                    mix their weights with their neighbours' (network) and see their own data alone
  gradient-flow     du/dt = -u r, dv/dt = v r, of one agent

Of one agent u v stays scale^2, so that w = 2 scale^2 sinh(-2 int r). A coordinate w* is half learned at
ln(|w*| / scale^2) / (2 |w*|): strong ones first; what is left at 0 is noise, if learning stops in time. Agents deviate from
one that has all data by order learning_rate / (1 - rho), rho the second largest modulus of P.)";

MatrixXd ring(Index agents) {
    MatrixXd P = MatrixXd::Zero(agents, agents);
    for (Index i = 0; i < agents; ++i)
        for (const Index j : {i, (i + 1) % agents, (i + agents - 1) % agents}) P(i, j) += 1.0 / 3.0;
    return P;
}

void read_network(const Table& table, SparseRegression& problem, Complaints& complaints) {
    const auto agents = static_cast<Index>(table.integer("agents"));
    const bool given = table.given("mixing");
    if (given && table.given("network")) {
        complaints.add(table.complain("mixing", "give either network or mixing"));
        return;
    }
    if (!given) {
        problem.mixing = table.text("network") == "ring"
                             ? ring(agents)
                             : MatrixXd::Constant(agents, agents, 1.0 / static_cast<double>(agents));
        return;
    }
    const RealMatrix& rows = table.matrix("mixing");
    if (rows.size() != static_cast<std::size_t>(agents) ||
        std::ranges::any_of(rows, [&](const RealList& row) { return row.size() != rows.size(); })) {
        complaints.add(table.complain(
            "mixing", fmt::format("must be a square matrix of as many rows as agents, {}", agents)));
        return;
    }
    problem.mixing.resize(agents, agents);
    for (Index i = 0; i < agents; ++i)
        for (Index j = 0; j < agents; ++j)
            problem.mixing(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    constexpr double rounding = 1e-12;
    if ((problem.mixing - problem.mixing.transpose()).cwiseAbs().maxCoeff() > rounding)
        complaints.add(table.complain("mixing", "must be symmetric"));
    else if ((problem.mixing.rowwise().sum().array() - 1.0).abs().maxCoeff() > rounding ||
             problem.mixing.minCoeff() < 0.0)
        complaints.add(
            table.complain("mixing", "must be stochastic: no negative entries, and rows that sum to 1"));
    else if (agents > 1 && problem.mixing_rate() > 1.0 - rounding)
        complaints.add(table.complain("mixing", "does not connect all agents, or lets them swap for ever"));
}

std::shared_ptr<const Problem> make(bool flow, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<SparseRegression>();
    const Table& table = tables.problem;
    problem->signal = table.reals("signal");
    problem->label_noise = table.real("label_noise");
    problem->flow = flow;
    if (problem->signal.empty() ||
        std::ranges::any_of(problem->signal, [](double one) { return one == 0.0; }))
        complaints.add(table.complain("signal", "must be the nonzero weights of the teacher"));
    problem->scale = tables.initial.real("scale");
    if (tables.data.given("samples_per_agent"))
        problem->samples = static_cast<std::uint64_t>(tables.data.integer("samples_per_agent"));
    problem->data_seed = static_cast<std::uint64_t>(tables.data.integer("seed"));
    if (!problem->population()) problem->data_replicas = std::max<std::size_t>(tables.replicas, 1);
    if (problem->population() && problem->label_noise > 0.0)
        complaints.add(table.complain(
            "label_noise", "has no meaning for the population's loss: give data.samples_per_agent"));
    if (flow) return problem;
    problem->learning_rate = tables.algorithm.real("learning_rate");
    read_network(tables.algorithm, *problem, complaints);
    return problem;
}

AlgorithmKind algorithm(bool flow, const char* name, const char* summary, std::vector<Key> keys = {}) {
    AlgorithmKind kind{.name = name,
                       .summary = summary,
                       .keys = std::move(keys),
                       .data_keys = {keys::integer("samples_per_agent",
                                                   "samples of each agent; absent: the population's loss")
                                         .written("n")
                                         .at_least(1)
                                         .at_most(1e7),
                                     keys::seed("of the data sets, one per replica")}};
    kind.make = [flow](const ProblemTables& tables, Complaints& complaints) {
        return make(flow, tables, complaints);
    };
    return kind;
}

std::vector<Key> descent_keys() {
    return {keys::learning_rate("step size of u and v"),
            keys::integer("agents", "number of agents, each with its own data")
                .written("N")
                .at_least(1)
                .at_most(1000)
                .otherwise(std::int64_t{1}),
            keys::choice("network",
                         "complete: all mix with all; ring: a third of each neighbour's and of its own",
                         {"complete", "ring"}),
            keys::matrix("mixing", "the mixing matrix itself, symmetric and stochastic, instead of network")
                .written("P")};
}

Solver prepare(const Asked<SparseRegression>& asked) {
    const SparseRegression& problem = *asked.problem;
    if (asked.info.d < problem.signal.size())
        asked.complain("d",
                       fmt::format("is less than the {} nonzeros of problem.signal", problem.signal.size()));
    const double numbers = static_cast<double>(problem.samples) * static_cast<double>(problem.agents()) *
                           static_cast<double>(asked.info.d);
    if (numbers > 1e9)
        asked.complain("d", fmt::format("needs {:.3g} numbers of data, more than 1e9", numbers));
    return {[problem = asked.problem](const RouteRun& run) { return simulate(*problem, run); }};
}

}  // namespace

ProblemKind declaration() {
    return {
        .name = "sparse-regression",
        .summary =
            "sparse weights by gradient descent on u * u - v * v, of one agent or of many on a network",
        .mathematics = mathematics,
        .problem_keys =
            {keys::real_list("signal", "the nonzero weights of the teacher").written("w^*").needed(),
             keys::real("label_noise", "variance of the labels' noise")
                 .written("\\Delta")
                 .at_least(0)
                 .otherwise(0.0)},
        .initial_keys = {keys::real("scale", "u = v = scale").written("\\alpha").above(0).otherwise(1e-2)},
        .algorithms = {algorithm(true, "gradient-flow", "one agent, in continuous time"),
                       algorithm(false, "gradient-descent", "one agent, or many that mix their weights",
                                 descent_keys())},
        .observables = SparseRegression().observables(),
        .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "real weights of all agents on real data",
            .source = "the definition of the algorithm",
            .theory = false,
            .keys = keys::ensemble(1e6, 4),
            .make = route_of<SparseRegression>(prepare)};
}

}  // namespace hidyn::sparse_regression
