// SPDX-License-Identifier: MIT
#include "models/generalized_linear/declaration/declaration.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/keys.hpp"
#include "models/generalized_linear/declaration/sections.hpp"
#include "models/generalized_linear/declaration/separability.hpp"
#include "models/generalized_linear/declaration/spectra.hpp"
#include "models/generalized_linear/declaration/start.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "models/generalized_linear/initial_hessian.hpp"
#include "models/generalized_linear/separability.hpp"
#include "models/generalized_linear/spectral_estimator.hpp"

namespace hidyn::generalized_linear {
namespace {

constexpr const char* mathematics =
    R"(Labels are regressed on n = alpha d samples by full-batch first-order methods, counted in iterations.

  design  A = X / sqrt(d), X_ij independent with mean 0 and variance 1;  g = A theta
  labels  z* = A theta*, y = f*(z*) + sqrt(Delta) xi, or its sign or magnitude, or 1 with probability 1 / (1 + exp(-f*))
  risk    L(theta) = sum_i l(f(g_i), y_i) + (ridge / 2) |theta|^2 + l1 |theta|_1: a sum over samples, not a mean

  u^t = -eta l'(g^t, y), h^t = A^T u^t
  gradient-descent  theta <- (1 - eta ridge) theta + h
  heavy-ball        the same, + momentum (theta^t - theta^{t-1})
  nesterov          p^{t+1} = (1 - eta ridge) theta^t + h^t, theta^t = p^t + momentum (p^t - p^{t-1}); observables are of theta
  ista              theta <- soft threshold of theta + h at eta l1
  fista             p^{t+1} by ista from theta^t, theta^t = p^t + (t - 2) / (t + 1) (p^t - p^{t-1}) from t = 2 on
  amp               x^t = g^t - V u^{t-1}, u^t = (E[z* | x^t, y] - x^t) / V, qhat = -(1/d) sum_i du_i/dx_i,
                    it stops where less than a hundredth of the signal is unknown and fewer than ten samples tell more;
                    theta <- E[theta* | theta + h / qhat], V = its mean variance: the posterior means under the
                    problem's own prior and label_channel, which no first-order method beats. A spectral start is
                    scaled to the overlap that theory predicts of it, and x^0 = (1 - w / l*) g^0, w the preprocessed
                    label, with the predicted l*: both are inputs of the algorithm

State evolution knows the path in the limit: with responses tau (of the forces u) and rho (of the iterates),
  g^t ~ Z^t + sum_{s<t} rho_ts u^s,  h^t ~ W^t + delta_t theta* + sum_{s<=t} tau_ts theta^s,
Z and W Gaussian. A simulation estimates tau, rho, the noise Sigma, the test loss and the debiased iterates from its
data alone, as Han & Xu do, and reports them under the names of what they estimate.

initial-hessian looks at phase retrieval before the first step: at the Hessian (1/n) sum_i l_a'' x_i x_i^T of the loss
l_a = (lambda^2 - y^2)^2 / (4 (a + y^2)), lambda = g, at a start exactly orthogonal to the signal. Its lowest
eigenvector knows the signal from some sample ratio on. Outliers approach their limit as 1/d; the edge of the bulk,
and with it the lowest eigenvalue where there is no outlier and the second lowest everywhere, only as d^-2/3: the
theory reports the edge (lower_edge), and compares the lowest eigenpair only where it is an outlier.

Dictionary. Han & Xu: their m, n and phi are n, d and alpha. A step eta' for the mean loss and inputs of variance 1,
preactivation x . theta / sqrt(d), is eta = eta' / n. Sur & Candes: kappa = 1 / alpha, gamma^2 = T.)";

Key learning_rate_key() {
    return keys::learning_rate(
        "step size; it multiplies the gradient of the loss summed over all samples, with inputs of "
        "variance 1 / d");
}

Key ridge_key() {
    return keys::real("ridge", "adds ridge / 2 |theta|^2 to the loss summed over samples")
        .written("\\lambda")
        .at_least(0)
        .otherwise(0.0);
}

Key momentum_key(const char* meaning) {
    return keys::momentum(meaning).written("\\mu").needed();
}

Key l1_key() {
    return keys::real("l1", "adds l1 |theta|_1 to the loss summed over samples")
        .written("\\lambda_1")
        .at_least(0)
        .needed();
}

struct RuleDescription {
    Rule rule;
    const char* summary;
    std::vector<Key> keys;
};

std::vector<RuleDescription> rules() {
    return {
        {Rule::gradient_descent, "full-batch gradient descent", {learning_rate_key(), ridge_key()}},
        {Rule::heavy_ball,
         "gradient descent that keeps a part of its last step (Polyak)",
         {learning_rate_key(), ridge_key(), momentum_key("part of the last step that is taken again")}},
        {Rule::nesterov,
         "gradient descent from a point extrapolated along the last step (Nesterov), with constant momentum",
         {learning_rate_key(), ridge_key(),
          momentum_key("length of the extrapolation in units of the last step")}},
        {Rule::ista, "gradient descent with soft thresholding: the lasso", {learning_rate_key(), l1_key()}},
        {Rule::fista, "accelerated ISTA (Beck & Teboulle)", {learning_rate_key(), l1_key()}},
        {Rule::amp,
         "generalised approximate message passing with the posterior means of the problem's own prior and "
         "labels",
         {keys::real("damping", "share of the last force and iterate that a step keeps")
              .written("\\beta")
              .at_least(0)
              .below(1)
              .otherwise(0.0)}}};
}

/// What AMP knows, from the problem itself; complains about starts and labels of which it knows too little.
Knowledge knowledge_of(const GeneralizedLinear& problem, const ProblemTables& tables,
                       const spectral::Theory& theory, Complaints& complaints) {
    const double q = problem.Q0();
    const double T = problem.T();
    if (!problem.knows_channel())
        complaints.add(tables.problem.complain(
            tables.problem.given("teacher_link") ? "teacher_link" : "link",
            "must be linear for algorithm.kind = \"amp\", whose posterior is of labels of z* itself"));
    const char* key = tables.initial.given("R") ? "R" : "kind";
    if (std::abs(problem.R0() - q) > 1e-9 * T || q >= T)
        complaints.add(tables.initial.complain(
            key, fmt::format("gives Q = {:.6g}, R = {:.6g}, T = {:.6g}, but \"amp\" starts from a posterior "
                             "mean: R = Q, from 0 to less than T",
                             q, problem.R0(), T)));
    if (problem.label.channel() == LabelChannel::magnitude && std::abs(q) < 1e-12 * T)
        complaints.add(
            problem.spectral
                ? tables.initial.complain(
                      "kind",
                      fmt::format(
                          "\"spectral\" has no overlap with the signal at sample_ratio = {} with this "
                          "preprocessing (the best one has above {:.4g}): \"amp\" would not move",
                          problem.sample_ratio,
                          theory.weak_recovery_ratio(problem.label.noise_variance() / T)))
                : tables.initial.complain(
                      "Q",
                      "must be positive for label_channel = \"magnitude\": without any overlap \"amp\" "
                      "does not move; give Q = R > 0, or kind = \"spectral\""));
    return {.signal = problem.signal,
            .T = T,
            .channel = {.channel = problem.label.channel(), .noise_variance = problem.label.noise_variance()},
            .start_variance = T - q};
}

void read_algorithm(Rule rule, const ProblemTables& tables, const spectral::Theory& theory,
                    GeneralizedLinear& problem, Complaints& complaints) {
    const Table& table = tables.algorithm;
    Algorithm& algorithm = problem.algorithm;
    algorithm.rule = rule;
    for (auto [key, place] : {std::pair{"learning_rate", &algorithm.learning_rate},
                              {"ridge", &algorithm.ridge},
                              {"momentum", &algorithm.momentum},
                              {"l1", &algorithm.l1},
                              {"damping", &algorithm.damping}})
        if (table.has(key)) *place = table.real(key);
    if (rule == Rule::amp)
        algorithm.knowledge = knowledge_of(problem, tables, theory, complaints);
    else if (problem.spectral)
        complaints.add(tables.initial.complain(
            "kind",
            "\"spectral\" is for algorithm.kind = \"amp\" and \"spectral-estimator\": the limit of "
            "other methods needs a start that does not depend on the data"));
}

std::shared_ptr<const Problem> make(Rule rule, const ProblemTables& tables, const spectral::Theory& theory,
                                    Complaints& complaints) {
    std::optional<Answers> answers = read_answers(tables.problem, complaints);
    if (!answers) return nullptr;
    auto problem = std::make_shared<GeneralizedLinear>(std::move(answers->loss), std::move(answers->label));
    if (!read_sections(tables, theory, *problem, complaints)) return nullptr;
    read_algorithm(rule, tables, theory, *problem, complaints);
    return problem;
}

/// Of all algorithms; those that share a name stand here once.
std::vector<Observable> all_observables() {
    ObservableList all = Observables(true, true, {.grid = {{0.0}, ""}, .two_time = true});
    const SpectralEstimator::Observables estimator;
    const InitialHessian::Observables hessian;
    const Separability::Observables separability;
    for (const Observable& one : estimator.all()) all.add(one);
    all.add(hessian.all().at(hessian.lowest_eigenvalue.place()));
    all.add(second_lowest_eigenvalue());
    all.add(lower_edge());
    for (const Observable& one : separability.all()) all.add(one);
    return all.all();
}

}  // namespace

ProblemKind declaration(const spectral::Theory& theory) {
    std::vector<AlgorithmKind> algorithms;
    for (RuleDescription& rule : rules()) {
        AlgorithmKind kind{.name = name_of(rule.rule), .summary = rule.summary, .keys = std::move(rule.keys)};
        kind.data_keys = data_keys();
        kind.two_time = true;
        kind.make = [which = rule.rule, theory](const ProblemTables& tables, Complaints& complaints) {
            return make(which, tables, theory, complaints);
        };
        algorithms.push_back(std::move(kind));
    }
    algorithms.push_back(spectral_estimator_algorithm(theory));
    algorithms.push_back(initial_hessian_algorithm(theory));
    algorithms.push_back(separability_algorithm());
    return {
        .name = "generalized-linear",
        .summary = "regression by full-batch first-order methods, with inference from the data themselves",
        .mathematics = mathematics,
        .problem_keys = problem_keys(),
        .initial_keys = initial_keys(),
        .algorithms = std::move(algorithms),
        .observables = all_observables(),
        .routes = {simulation_kind(), spectral_estimator_simulation(), initial_hessian_simulation(),
                   separability_simulation()}};
}

}  // namespace hidyn::generalized_linear
