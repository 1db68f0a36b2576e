// SPDX-License-Identifier: MIT
#include "models/quadratic_network/declaration/declaration.hpp"

#include <fmt/format.h>

#include <cmath>

#include "models/quadratic_network/declaration/sections.hpp"
#include "models/quadratic_network/quadratic_network.hpp"

namespace hidyn::quadratic_network {
namespace {

constexpr const char* mathematics =
    R"(A network of K quadratic units learns the squared projection on a signal, from inputs with a strong direction.

  inputs   x ~ N(0, C); C = 1 + spike v v^T with v orthogonal to the signal, or blocks of equal variance, or a power law
  student  f(x) = sum_k lambda_k^2, lambda = W x / sqrt(d), second layer fixed to 1
  label    y = sum_r (w*_r . x)^2 / d + sqrt(Delta) xi, |w*_r|^2 = d strength_r, teachers orthogonal
  loss     l = (f - y)^2 / 4; population loss L = E l, twice of which is the generalization error

  gradient-descent           W <- W - eta d grad L
  spectral-gradient-descent  W <- W - eta sqrt(d) U V^T, grad L = U S V^T: the polar factor, as in Muon;
                             directions without gradient stay (a batch of fewer samples than students leaves some);
                             regularization epsilon turns a singular value s of sqrt(d) grad L into s / sqrt(s^2 + epsilon)
  gradient-flow, spectral-gradient-flow: their limit eta -> 0, time eta times steps
  online-sgd                 W <- W - eta / sqrt(d) (f - y) lambda x^T, a fresh sample each step, time steps / d

The gradient is that of the population loss; with [data] sample_ratio of a data set of n = sample_ratio d samples,
with [data] batch_ratio of batch_ratio d fresh samples at every step. With these scalings a step changes Q by O(eta).

The theories rest on A = W U^T / sqrt(d), the weights on the axes U of teachers and spike, and on Q = W W^T / d. For the
population loss they are exact at every d. At small weights the signal grows at rate 3, the spike at rate
1 + spike, the rest at rate 1: gradient descent amplifies the spike first if spike > 2. A spectral step grows all
directions by the same amount.

Dictionary. Matrix form: 𝖶 = W^T / sqrt(d), f = |𝖶^T x|^2. Papers with f = (1/m) sum: W -> W / sqrt(m), eta -> eta / m for
gradient descent, eta / sqrt(m) for spectral steps. A prefactor of the loss rescales eta in gradient descent alone.)";

std::shared_ptr<const Problem> make(Rule rule, const ProblemTables& tables, Complaints& complaints) {
    auto problem = std::make_shared<QuadraticNetwork>();
    if (!read_problem(tables, *problem, complaints)) return nullptr;
    read_algorithm(rule, tables, *problem, complaints);
    if (!read_start(tables, *problem, complaints)) return nullptr;
    if (!tables.recording.response_at.empty())
        complaints.add(fmt::format("{}: [time] response_at has no meaning here", tables.problem.place()));
    if (problem->steps_per_unit_time(1.0) == 1.0 && rule != Rule::online_sgd)
        for (const double time : tables.recording.grid.times)
            if (time != std::round(time)) {
                complaints.add(
                    fmt::format("{}: time {} is recorded, but time counts iterations: give whole numbers, "
                                "such as end = 20 with points = 21",
                                tables.problem.place(), time));
                break;
            }
    return problem;
}

}  // namespace

ProblemKind declaration() {
    struct Description {
        Rule rule;
        const char* name;
        const char* summary;
    };
    const Description rules[] = {{Rule::gradient_descent, "gradient-descent", "full gradient steps"},
                                 {Rule::spectral_descent, "spectral-gradient-descent",
                                  "steps along the polar factor of the gradient (Muon)"},
                                 {Rule::gradient_flow, "gradient-flow",
                                  "gradient descent in the limit of small steps, population loss"},
                                 {Rule::spectral_flow, "spectral-gradient-flow",
                                  "spectral descent in the limit of small steps, population loss"},
                                 {Rule::online_sgd, "online-sgd", "one fresh sample at every step"}};
    std::vector<AlgorithmKind> algorithms;
    for (const Description& one : rules) {
        AlgorithmKind kind{.name = one.name, .summary = one.summary, .keys = algorithm_keys(one.rule)};
        kind.data_keys = data_keys(one.rule);
        kind.make = [rule = one.rule](const ProblemTables& tables, Complaints& complaints) {
            return make(rule, tables, complaints);
        };
        algorithms.push_back(std::move(kind));
    }
    QuadraticNetwork sample;
    sample.inputs.has_spike = true;
    sample.algorithm.source = Source::data_set;
    sample.starts.push_back({Eigen::MatrixXd::Zero(1, 2), {}});
    std::vector<Observable> observables = sample.observables();
    for (Observable& observable : observables)
        for (Dimension& dimension : observable.dimensions) dimension.size = 0;
    return {
        .name = "spiked-phase-retrieval",
        .summary =
            "quadratic networks under inputs with a strong direction: plain and spectral gradient descent",
        .mathematics = mathematics,
        .problem_keys = problem_keys(),
        .initial_keys = initial_keys(),
        .algorithms = std::move(algorithms),
        .observables = std::move(observables),
        .routes = {simulation_kind()}};
}

}  // namespace hidyn::quadratic_network
