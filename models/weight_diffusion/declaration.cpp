// SPDX-License-Identifier: MIT
#include "models/weight_diffusion/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/weight_diffusion/simulation.hpp"

namespace hidyn::weight_diffusion {
namespace {

constexpr const char* mathematics =
    R"(A weight matrix that diffuses in a quadratic potential: its singular values repel each other.

  weights  dW = -restoring_rate W dt + noise dB, W of M x d with M = row_ratio d; entries of dB independent
  start    given singular values xi_i(0), in any directions

The singular values obey Dyson's Brownian motion,
  d xi_i = -k xi_i dt + g^2 [(M - d) / (2 xi_i) + sum_j xi_i / (xi_i^2 - xi_j^2)] dt + g d beta_i,
and their squares settle into the law of Marchenko and Pastur for entries of variance g^2 / 2k. Near its solution a linear
layer under SGD is such a matrix, with g^2 = learning_rate label_noise / batch_size.)";

std::shared_ptr<const Problem> make(const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<WeightDiffusion>();
    problem->row_ratio = tables.problem.real("row_ratio");
    problem->restoring_rate = tables.algorithm.real("restoring_rate");
    problem->noise = tables.algorithm.real("noise");
    problem->start_values = tables.initial.reals("singular_values");
    const std::vector<double>& start = problem->start_values;
    if (start.empty() || start.front() < 0.0 || !std::ranges::is_sorted(start) || start.size() > 2000)
        complaints.add(tables.initial.complain(
            "singular_values", "must be numbers of at least 0, smallest first, at most 2000 of them"));
    return problem;
}

}  // namespace

ProblemKind declaration() {
    AlgorithmKind diffusion{
        .name = "ornstein-uhlenbeck",
        .summary = "independent noise on every weight and a force back to 0",
        .keys = {
            keys::real("restoring_rate", "of the weights back to 0").written("k").at_least(0).otherwise(1.0),
            keys::real("noise", "each weight gains the variance noise^2 per unit of time")
                .written("g")
                .above(0)
                .needed()}};
    diffusion.make = make;
    return {.name = "weight-diffusion",
            .summary = "a diffusing weight matrix, whose singular values obey Dyson's Brownian motion",
            .mathematics = mathematics,
            .problem_keys = {keys::real("row_ratio",
                                        "rows of W over its columns d; a wider matrix is to be transposed")
                                 .written("M / d")
                                 .at_least(1)
                                 .at_most(1000)
                                 .otherwise(1.5)},
            .initial_keys = {keys::real_list("singular_values",
                                             "of W at the start, smallest first; their number is d")
                                 .written("\\xi(0)")
                                 .needed()},
            .algorithms = {std::move(diffusion)},
            .observables = WeightDiffusion().observables(),
            .routes = {simulation_kind()}};
}

RouteKind simulation_kind() {
    return {.name = "simulation",
            .summary = "real matrices by their exact transition, and their singular values",
            .source = "the Ornstein-Uhlenbeck process",
            .theory = false,
            .keys = keys::joined(
                keys::ensemble(2000, 10),
                {keys::members("independent matrices whose means and spread one replica reports", 100)}),
            .make = route_of<WeightDiffusion>([](const Asked<WeightDiffusion>& asked) -> Solve {
                if (asked.info.d != static_cast<std::uint64_t>(asked.problem->columns()))
                    asked.complain("d", fmt::format("must be the number of initial.singular_values, {}",
                                                    asked.problem->columns()));
                return [problem = asked.problem, members = asked.count("members")](const RouteRun& run) {
                    return simulate(*problem, members, run);
                };
            })};
}

}  // namespace hidyn::weight_diffusion
