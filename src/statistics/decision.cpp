// SPDX-License-Identifier: MIT
#include "statistics/decision.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/eligibility.hpp"
#include "statistics/participants.hpp"
#include "statistics/places.hpp"
#include "statistics/size_functional.hpp"
#include "statistics/variance_test.hpp"

namespace hidyn::statistics {
namespace {

/// |sum_j a_j / d_j^order|: what a term of this order in 1/d does to the estimate.
double leakage(const std::vector<double>& functional, const std::vector<double>& d, int order) {
    double sum = 0;
    for (std::size_t j = 0; j < d.size(); ++j) sum += functional[j] * std::pow(d[j], -order);
    return std::abs(sum);
}

std::vector<double> mean_weights(const Participants& who) {
    std::vector<double> weights;
    for (std::size_t j = 0; j < who.d.size(); ++j) weights.push_back(who.replicas[j] * who.d[j]);
    return weights;
}

SimultaneousResult test_limit(const Coordinates& data, const VerdictOptions& options) {
    const Participants who = participants(data);
    const int degree = std::min(distinct_sizes(who.d) - 1, 1);
    MeanQuestion question;
    question.weights = size_functional(who.d, mean_weights(who), degree, 0);
    question.bias = options.finite_size * leakage(question.weights, who.d, degree + 1);
    question.draws = options.draws;
    return test_means(data, question);
}

SimultaneousResult test_fit(const Coordinates& data, const VerdictOptions& options) {
    const Participants who = participants(data);
    MeanQuestion question;
    question.weights = size_functional(who.d, mean_weights(who), 2, 2);
    // In units in which the coefficient is a mean at the smallest size, where rounding is judged.
    const double unit = std::pow(*std::min_element(who.d.begin(), who.d.end()), 2);
    for (double& weight : question.weights) weight /= unit;
    question.use_theory_error = false;
    question.draws = options.draws;
    return test_means(data, question);
}

/// The variance is extrapolated from the two largest sizes: its corrections in 1/d are larger than those of
/// the means (a curved law over small sizes would end at a wrong, even negative, limit).
SimultaneousResult test_spread(Coordinates data, const VerdictOptions& options) {
    while (distinct_sizes(participants(data).d) > 2) drop_smallest_size(data);
    const Participants who = participants(data);
    const int degree = std::min(distinct_sizes(who.d) - 1, 1);
    std::vector<double> weights;
    for (const double replicas : who.replicas) weights.push_back(replicas - 1);
    VarianceQuestion question;
    question.weights = size_functional(who.d, weights, degree, 0);
    question.bias = options.finite_size * leakage(question.weights, who.d, degree + 1);
    question.draws = std::max<std::size_t>(options.draws / 4, 200);
    return test_variances(data, question);
}

/// Single runs that are further from the theory the larger they are: their standard errors say nothing of a
/// limit.
bool moves_away(const Verdict& verdict) {
    if (verdict.falls.empty()) return false;
    const DeviationFall& fall = verdict.falls.back();
    return fall.exponent < -std::fmax(3.0 * fall.exponent_error, 0.05);
}

/// Whether the largest size takes no part although it has replicas enough: most of them diverged.
bool lost_the_largest(const Verdict& verdict) {
    const ReplicaCount& largest = verdict.replicas.back();
    return 2 * largest.diverged > largest.replicas &&
           largest.d > *std::ranges::max_element(verdict.sizes_used);
}

/// Small Gaussian fluctuations around a right theory fall as d^-1/2, and a wrong theory leaves a floor, so
/// that single runs approach it more slowly. A significantly faster approach means that fluctuations are
/// still amplified nonlinearly at the smaller sizes (escape from a plateau): the laws in 1/d do not hold
/// there yet.
bool approaches_faster_than_fluctuations(const Verdict& verdict) {
    if (verdict.falls.empty()) return false;
    const DeviationFall& fall = verdict.falls.back();
    return fall.exponent - 0.5 > std::max(4.0 * fall.exponent_error, 0.05);
}

}  // namespace

double restrict_to_law(Coordinates& data, const VerdictOptions& options) {
    double first = std::numeric_limits<double>::quiet_NaN();
    while (distinct_sizes(participants(data).d) > 2) {
        const SimultaneousResult fit = test_fit(data, options);
        if (std::isnan(first)) first = fit.p_value;
        if (!fit.judged || fit.p_value >= options.level) break;
        drop_smallest_size(data);
    }
    return first;
}

void decide(Verdict& verdict, const Coordinates& data, const TheoryRun& theory, const TimeGrid& grid,
            const VerdictOptions& options) {
    const SimultaneousResult mean = test_limit(data, options);
    const SimultaneousResult spread = test_spread(data, options);
    const bool by_spread = spread.judged && (!mean.judged || spread.p_value < mean.p_value);
    const SimultaneousResult& loudest = by_spread ? spread : mean;
    if (mean.judged) verdict.mean_p_value = mean.p_value;
    if (spread.judged) verdict.variance_p_value = spread.p_value;
    if (!loudest.judged) {
        verdict.obstacle = Obstacle::too_few_replicas;
        return;
    }
    if (spread.judged && distinct_sizes(participants(data).d) > 1 && spread.p_value >= options.level) {
        Coordinates largest_size = data;
        while (distinct_sizes(participants(largest_size).d) > 1) drop_smallest_size(largest_size);
        const SimultaneousResult alone = test_spread(largest_size, options);
        if (alone.judged && alone.p_value < 1e-3 * options.level)
            verdict.unsettled_spread = locate(alone, largest_size, theory, grid, true);
    }
    verdict.p_value = std::min(1.0, (mean.judged && spread.judged ? 2 : 1) * loudest.p_value);
    verdict.outcome = verdict.p_value < options.level ? Outcome::disagrees : Outcome::agrees;
    // Agreement is told through the means: they are what the theory is about.
    const bool tell_spread = by_spread && (verdict.outcome == Outcome::disagrees || !mean.judged);
    verdict.largest = locate(tell_spread ? spread : mean, data, theory, grid, tell_spread);
    if (verdict.outcome == Outcome::disagrees && approaches_faster_than_fluctuations(verdict)) {
        verdict.outcome = Outcome::inconclusive;
        verdict.obstacle = Obstacle::sizes_too_small;
    }
    if (verdict.outcome == Outcome::agrees && (lost_the_largest(verdict) || moves_away(verdict))) {
        verdict.outcome = Outcome::inconclusive;
        verdict.obstacle = lost_the_largest(verdict) ? Obstacle::most_diverged : Obstacle::moves_away;
    }
    verdict.decided_by = tell_spread                     ? DecidedBy::variance
                         : std::isinf(verdict.largest.d) ? DecidedBy::extrapolated_limit
                                                         : DecidedBy::single_size;
}

void look_before_selections(Verdict& verdict, const Coordinates& data, const TheoryRun& theory,
                            const TimeGrid& grid, const VerdictOptions& options) {
    const double until = first_selection(data, grid);
    if (verdict.outcome != Outcome::disagrees || verdict.largest.time < until) return;
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < data.list.size(); ++column)
        if (grid.times[data.list[column].time] < until) columns.push_back(column);
    Verdict before = verdict;
    if (!columns.empty()) decide(before, select(data, columns), theory, grid, options);
    if (!columns.empty() && before.outcome == Outcome::disagrees) {
        verdict = std::move(before);
        return;
    }
    verdict.outcome = Outcome::inconclusive;
    verdict.obstacle = Obstacle::selection;
}

}  // namespace hidyn::statistics
