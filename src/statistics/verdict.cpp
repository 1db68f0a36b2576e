#include "statistics/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "statistics/replica_average.hpp"
#include "statistics/size_functional.hpp"
#include "statistics/variance_test.hpp"

namespace hidyn::statistics {

namespace {

/// Sizes that take part in a test, with their replica numbers.
struct Participants {
    std::vector<double> d;
    std::vector<double> replicas;
};

Participants participants(const Coordinates& data) {
    Participants result;
    for (const ReplicaGroup& group : data.groups) {
        result.d.push_back(group.d);
        result.replicas.push_back(static_cast<double>(complete_replicas(group).rows()));
    }
    return result;
}

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

void drop_smallest_size(Coordinates& data) {
    double smallest = std::numeric_limits<double>::infinity();
    for (const ReplicaGroup& group : data.groups) smallest = std::min(smallest, group.d);
    std::erase_if(data.groups, [smallest](const ReplicaGroup& group) { return group.d == smallest; });
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

/// Drops sizes at which the 1/d law fails; returns the p-value of the law over all sizes.
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

LargestDeviation locate(const SimultaneousResult& test, const Coordinates& data, const TheoryRun& theory,
                        const TimeGrid& grid, bool variance) {
    const Coordinate& where = data.list[test.coordinate];
    const auto column = static_cast<Eigen::Index>(test.coordinate);
    const Participants who = participants(data);
    LargestDeviation result;
    result.observable = data.observables[where.observable];
    result.component =
        theory.trajectory->find(result.observable)->observable.component_label(where.component);
    result.time = grid.times[where.time];
    result.theory = variance ? data.predicted_variance[column] : data.theory[column];
    result.simulation = variance ? result.theory * test.estimate : result.theory + test.estimate;
    result.relative = std::abs(result.simulation - result.theory) / std::abs(result.theory);
    result.z = test.z;
    result.d = distinct_sizes(who.d) > 1 ? std::numeric_limits<double>::infinity() : who.d.front();
    return result;
}

/// "sim" for sim-d100, sim-d400.
std::string common_name(std::span<const SimulationRun> sizes) {
    if (sizes.empty()) return "the simulation";
    std::string name = sizes.front().name;
    if (sizes.size() == 1) return name;
    for (const SimulationRun& run : sizes) {
        const auto end = std::mismatch(name.begin(), name.end(), run.name.begin(), run.name.end()).first;
        name.erase(end, name.end());
    }
    while (!name.empty() && std::string("-_ .0123456789").find(name.back()) != std::string::npos)
        name.pop_back();
    if (name.size() > 2 && (name.ends_with("-d") || name.ends_with("_d"))) name.resize(name.size() - 2);
    return name.empty() ? sizes.front().name : name;
}

void check_times(const Trajectory& trajectory, const std::string& name, const TimeGrid& grid) {
    for (const Series& series : trajectory.series)
        if (series.times != grid.size())
            throw InputError("cannot compare '" + name + "': '" + series.observable.name + "' has " +
                             std::to_string(series.times) + " times, the time grid has " +
                             std::to_string(grid.size()));
}

/// Counts the replicas and keeps the sizes that can be judged.
void keep_judgeable(Coordinates& data, Verdict& verdict) {
    std::vector<ReplicaGroup> kept;
    std::size_t alive_anywhere = 0;
    bool enough = false;
    for (ReplicaGroup& group : data.groups) {
        const auto all = static_cast<std::size_t>(group.deviations.rows());
        const auto alive = static_cast<std::size_t>(complete_replicas(group).rows());
        verdict.replicas.push_back({group.d, all, all - alive});
        alive_anywhere += alive;
        if (alive < fewest_replicas) continue;
        enough = true;
        if (2 * alive >= all) kept.push_back(std::move(group));
    }
    data.groups = std::move(kept);
    if (!data.groups.empty()) return;
    verdict.obstacle = alive_anywhere == 0 ? Obstacle::all_diverged
                       : enough            ? Obstacle::most_diverged
                                           : Obstacle::too_few_replicas;
}

/// Takes out of the variance test what it cannot judge: times within the first steps, where interpolation
/// between two steps shrinks the variance, and coordinates whose replicas have heavy tails (a sample variance
/// of those is a lottery; Gaussian replicas exceed this excess kurtosis once in thousands of coordinates).
void keep_testable_variances(Coordinates& data, const TimeGrid& grid) {
    constexpr double first_steps = 20.0;
    constexpr double heavy_tail = 6.0;
    for (std::size_t column = 0; column < data.list.size(); ++column) {
        double& variance = data.predicted_variance[static_cast<Eigen::Index>(column)];
        for (const ReplicaGroup& group : data.groups) {
            const double time = grid.times[data.list[column].time];
            const Eigen::ArrayXd values = group.deviations.col(static_cast<Eigen::Index>(column)).array();
            const Eigen::ArrayXd squares = (values - values.mean()).square();
            const double kurtosis = squares.square().mean() / (squares.mean() * squares.mean()) - 3.0;
            if (time * group.d < first_steps || kurtosis > heavy_tail)
                variance = std::numeric_limits<double>::quiet_NaN();
        }
    }
}

/// The last time at which something that is compared is finite in the theory; infinite if that is the end of
/// the grid.
double last_finite_time(const TheoryRun& theory, const TimeGrid& grid) {
    std::size_t end = 0;
    for (const Series& series : theory.trajectory->series) {
        if (series.observable.own || !is_reported(*theory.trajectory, series)) continue;
        const std::vector<double> mean = theory_mean(series);
        for (std::size_t time = end; time < grid.size(); ++time)
            for (std::size_t component = 0; component < series.components(); ++component)
                if (std::isfinite(mean[time * series.components() + component])) end = time + 1;
    }
    return end == grid.size() ? std::numeric_limits<double>::infinity()
                              : grid.times[std::max<std::size_t>(end, 1) - 1];
}

Verdict::Place first_hole(const TheoryRun& theory, const std::vector<std::string>& compared,
                          const TimeGrid& grid, double end) {
    Verdict::Place first{"", "", std::numeric_limits<double>::infinity()};
    for (const std::string& name : compared) {
        const Series& series = *theory.trajectory->find(name);
        const std::vector<double> mean = theory_mean(series);
        for (std::size_t time = 0; time < grid.size() && grid.times[time] <= end; ++time)
            for (const std::size_t component : series.observable.independent_components()) {
                const std::size_t index = time * series.components() + component;
                const double error = series.error.empty() ? 0.0 : series.error[index];
                if ((!std::isfinite(mean[index]) || !std::isfinite(error)) && grid.times[time] < first.time)
                    first = {name, series.observable.component_label(component), grid.times[time]};
            }
    }
    return first;
}

/// Where the theory's own error first exceeds the standard error of the largest size's mean, and a hundredth
/// of the observable's magnitude.
Verdict::Place first_vague(const Coordinates& data, const TheoryRun& theory, const TimeGrid& grid) {
    const Eigen::MatrixXd rows = complete_replicas(data.groups.back());
    const auto n = static_cast<double>(rows.rows());
    for (std::size_t column = 0; column < data.list.size(); ++column) {
        const Coordinate& where = data.list[column];
        const Series& series = *theory.trajectory->find(data.observables[where.observable]);
        const auto place = static_cast<Eigen::Index>(column);
        const Eigen::ArrayXd values = rows.col(place).array();
        const double error = std::sqrt((values - values.mean()).square().sum() / (n - 1.0) / n);
        if (data.theory_error[place] > std::max(error, 0.01 * magnitude(series)))
            return {series.observable.name, series.observable.component_label(where.component),
                    grid.times[where.time]};
    }
    return {};
}

/// Whether no tested coordinate has moved apart between replicas: at a prescribed start agreement is no
/// finding.
bool nothing_has_spread(const Coordinates& data) {
    for (const ReplicaGroup& group : data.groups)
        for (Eigen::Index column = 0; column < group.deviations.cols(); ++column)
            if (!((group.deviations.col(column).array() - group.deviations(0, column)).abs() <=
                  data.floor[column])
                     .all())
                return false;
    return true;
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

/// From where on a size has lost so many replicas that the means of the others are those of a selection.
double first_selection(const Coordinates& data, const TimeGrid& grid) {
    constexpr double noticeable = 0.05;
    double first = std::numeric_limits<double>::infinity();
    for (const ReplicaGroup& group : data.groups)
        for (std::size_t column = 0; column < data.list.size(); ++column) {
            const auto values = group.deviations.col(static_cast<Eigen::Index>(column)).array();
            const double alive = static_cast<double>(values.isFinite().count());
            if (alive < (1.0 - noticeable) * static_cast<double>(values.size()))
                first = std::min(first, grid.times[data.list[column].time]);
        }
    return first;
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

/// A deviation that only those are found to have that are left after others diverged is no finding.
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

}  // namespace

Verdict judge(std::span<const SimulationRun> sizes, const TheoryRun& theory, const TimeGrid& grid,
              const VerdictOptions& options) {
    check_times(*theory.trajectory, theory.name, grid);
    for (const SimulationRun& run : sizes) check_times(*run.trajectory, run.name, grid);

    Verdict verdict;
    verdict.simulation = common_name(sizes);
    verdict.theory = theory.name;
    verdict.level = options.level;
    verdict.allows_for_size = options.finite_size > 0.0;
    verdict.times = grid.size();
    for (const SimulationRun& run : sizes) verdict.comparisons.push_back(compare(run, theory));
    verdict.limits = extrapolate(sizes, theory);
    verdict.falls = deviation_fall(sizes, theory);

    Coordinates data = gather(sizes, theory, options.largest_problem);
    if (data.list.empty()) {
        verdict.obstacle = data.observables.empty()                        ? Obstacle::nothing_in_common
                           : std::isfinite(last_finite_time(theory, grid)) ? Obstacle::theory_ends_at_start
                                                                           : Obstacle::nothing_known;
        return verdict;
    }
    std::set<std::size_t> times;
    for (const Coordinate& where : data.list) times.insert(where.time);
    verdict.times_tested = times.size();

    keep_judgeable(data, verdict);
    verdict.theory_ends_at = last_finite_time(theory, grid);
    verdict.hole = first_hole(theory, data.observables, grid, verdict.theory_ends_at);
    if (verdict.obstacle == Obstacle::none && std::isfinite(verdict.theory_ends_at) &&
        nothing_has_spread(data))
        verdict.obstacle = Obstacle::theory_ends_at_start;
    if (verdict.obstacle != Obstacle::none) return verdict;
    keep_testable_variances(data, grid);
    verdict.fit_p_value = restrict_to_law(data, options);
    verdict.sizes_used = participants(data).d;
    verdict.vague = first_vague(data, theory, grid);
    decide(verdict, data, theory, grid, options);
    look_before_selections(verdict, data, theory, grid, options);
    return verdict;
}

}  // namespace hidyn::statistics
