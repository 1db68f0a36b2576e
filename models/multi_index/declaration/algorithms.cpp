// SPDX-License-Identifier: MIT
#include "models/multi_index/declaration/algorithms.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/keys.hpp"
#include "models/multi_index/declaration/initial.hpp"

namespace hidyn::multi_index {
namespace {

Key time_step_key(std::string meaning) {
    return keys::real("time_step", std::move(meaning)).written("\\delta").above(0);
}

struct RuleDescription {
    Rule rule;
    const char* summary;
    std::vector<Key> own_keys;
};

std::vector<RuleDescription> rules() {
    return {
        {Rule::sgd,
         "multi-pass SGD: at every step a batch drawn anew from the data set, without replacement within it",
         {keys::sample_count("batch_size", "samples of a step").written("\\kappa"),
          time_step_key("instead of batches: every sample is drawn independently on a grid of this step, a "
                        "mean of time_step / sample_ratio times"),
          keys::choice(
              "jump",
              "with time_step: how often a sample is drawn in a step, at most once or a Poisson number",
              {"bernoulli", "poisson"})}},
        {Rule::gradient_descent,
         "full-batch gradient descent with a finite step",
         {time_step_key(
              "time of a step; a step is learning_rate * time_step * d times the gradient of the risk")
              .needed()}},
        {Rule::gradient_flow,
         "gradient descent in continuous time",
         {time_step_key("absent: continuous time; given: explicit steps of this length, in every route")}},
        {Rule::stochastic_modified_equation,
         "gradient flow with Gaussian noise of SGD's covariance, one Brownian motion per sample (Ito)",
         {time_step_key("absent: continuous time; given: Euler steps of this length, in every route")}}};
}

/// At large |lambda| the gradient of a loss for which SGD has a limit grows at most linearly: beyond, the
/// jump lambda -> lambda - eta l'(lambda) diverges for a positive fraction of Gaussian preactivations, at any
/// eta.
bool gradient_outgrows_lambda(const SampleLoss& loss) {
    const std::size_t K = loss.arguments();
    std::vector<double> gradient(K);
    double value = 0.0;
    const auto slope = [&](std::size_t k, double length, double y) {
        std::vector<double> lambda(K, 0.0);
        lambda[k] = length;
        loss.evaluate(lambda.data(), 1, &y, 1, {.value = &value, .gradient = gradient.data(), .stride = 1});
        return std::abs(gradient[k]);
    };
    for (std::size_t k = 0; k < K; ++k)
        for (const double sign : {1.0, -1.0})
            for (const double y : {1.0, -1.0})
                if (slope(k, sign * 2000.0, y) > 3.0 * slope(k, sign * 1000.0, y) + 1.0) return true;
    return false;
}

void check(const MultiIndex& problem, const ProblemTables& tables, Complaints& complaints) {
    const Algorithm& algorithm = problem.algorithm;
    const Table& table = tables.algorithm;
    const double alpha = problem.sample_ratio;
    if (algorithm.rule == Rule::sgd && algorithm.time_step) {
        if (table.given("batch_size"))
            complaints.add(table.complain(
                "batch_size", "give either batches, or time_step for samples drawn independently on a grid"));
        if (algorithm.jump == Jump::bernoulli && *algorithm.time_step > alpha)
            complaints.add(table.complain(
                "time_step",
                fmt::format("a sample is drawn with probability time_step / sample_ratio, so at most "
                            "sample_ratio = {} is possible",
                            alpha)));
    }
    if (table.given("jump") && !algorithm.time_step)
        complaints.add(table.complain("jump", "has no meaning without time_step"));
    if (const std::optional<double> step = problem.finite_step();
        step && algorithm.learning_rate * algorithm.ridge * *step >= 1.0)
        complaints.add(table.complain(
            "ridge",
            fmt::format("flips the sign of the weights at every step: learning_rate * ridge * step = {} "
                        "must be less than 1",
                        algorithm.learning_rate * algorithm.ridge * *step)));
    const bool jumps = algorithm.rule == Rule::sgd || algorithm.rule == Rule::stochastic_modified_equation;
    if (jumps && algorithm.learning_rate > 0.0 && gradient_outgrows_lambda(problem.loss))
        complaints.add(
            fmt::format("{}: the gradient of this loss grows faster than linearly in the preactivation, so "
                        "that {} has no limit "
                        "at any finite learning rate: large preactivations jump to larger ones; use a loss "
                        "that is linear far "
                        "out, such as loss = \"pseudo-huber\", or gradient-flow",
                        tables.problem.place(), tables.algorithm_kind));
}

std::shared_ptr<const Problem> make(Rule rule, const ReadParts& read, const spectral::Theory& theory,
                                    const ProblemTables& tables, Complaints& complaints) {
    std::optional<Parts> parts = read(tables, complaints);
    if (!parts) return nullptr;
    auto problem = std::make_shared<MultiIndex>(std::move(parts->loss), std::move(parts->label));
    problem->sample_ratio = tables.data.real("sample_ratio");
    problem->recording = tables.recording;
    Algorithm& algorithm = problem->algorithm;
    algorithm.rule = rule;
    algorithm.learning_rate = tables.algorithm.real("learning_rate");
    algorithm.ridge = tables.algorithm.real("ridge");
    if (tables.algorithm.given("time_step")) algorithm.time_step = tables.algorithm.real("time_step");
    if (rule == Rule::sgd) {
        const SampleCount& batch = tables.algorithm.sample_count("batch_size");
        algorithm.batch = {.number = static_cast<std::uint64_t>(batch.number),
                           .power = batch.power,
                           .fraction = batch.fraction};
        algorithm.jump = tables.algorithm.text("jump") == "poisson" ? Jump::poisson : Jump::bernoulli;
    }
    problem->recovery_threshold = parts->recovery_threshold;
    if (!read_initial(tables, theory, *problem, complaints)) return nullptr;
    check(*problem, tables, complaints);
    return problem;
}

}  // namespace

std::vector<AlgorithmKind> algorithms(const ReadParts& read, const spectral::Theory& theory) {
    const std::vector<Key> common{
        keys::learning_rate(
            "step size; it multiplies the sum over a batch: w -= learning_rate * sum l'(lambda) x / sqrt(d), "
            "so that a sample moves its own preactivation by order 1")
            .at_least(0),
        keys::real("ridge",
                   "adds ridge / (2 d) |W|^2 to the risk; per unit of time w shrinks by learning_rate * "
                   "ridge")
            .written("\\rho")
            .at_least(0)
            .otherwise(0.0)};
    std::vector<AlgorithmKind> kinds;
    for (RuleDescription& rule : rules())
        kinds.push_back(
            {.name = name_of(rule.rule),
             .summary = rule.summary,
             .keys = keys::joined(common, std::move(rule.own_keys)),
             .data_keys = {keys::sample_ratio("samples per dimension: n = sample_ratio * d, x ~ N(0, I_d)")},
             .two_time = true,
             .make = [which = rule.rule, read, theory](const ProblemTables& tables, Complaints& complaints) {
                 return make(which, read, theory, tables, complaints);
             }});
    return kinds;
}

}  // namespace hidyn::multi_index
