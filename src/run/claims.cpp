#include "run/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "statistics/scaling.hpp"

namespace hidyn::run {
namespace {

using experiment::Claim;
using results::Results;
using results::RouteResult;

struct Measured {
    double value = std::numeric_limits<double>::quiet_NaN();
    double error = 0.0;  ///< NaN: unknown
    double scale = 0.0;  ///< of what was subtracted
};

/// Errors so many times larger than all numbers that a claim names show that nothing was measured.
constexpr double worthless = 10.0;

const RouteResult* find_route(const Results& results, const std::string& variant, const std::string& label) {
    const RouteResult* largest = nullptr;
    for (const RouteResult& route : results.routes)
        if (route.info.variant == variant && route.info.label == label &&
            (largest == nullptr || route.info.d > largest->info.d))
            largest = &route;
    return largest;
}

// The observable's mean over the chosen times in every replica, and how far a theory itself may be off.
struct Sample {
    std::vector<double> replicas = {};
    double numerical_error = 0.0;
    bool theory = false;
    bool diverged = false;  ///< some replicas
};

Sample sample(const Claim& claim, const Results& results, const RouteResult* route) {
    const Series* series = route == nullptr ? nullptr : route->trajectory.find(claim.observable);
    if (series == nullptr) return {};
    Sample sample{.theory = route->info.theory, .diverged = route->outcome.diverged_replicas > 0};
    const std::size_t component = claim.flat_component(series->observable);
    const std::vector<std::size_t> times = claim.times(results.grid);
    const auto count = static_cast<double>(times.size());
    for (std::size_t replica = 0; replica < std::max<std::size_t>(series->replicas, 1); ++replica) {
        double value = 0.0;
        for (const std::size_t time : times) value += series->at(replica, time)[component];
        sample.replicas.push_back(value / count);
    }
    // Errors of a discretisation have one sign for all times, so they do not average out.
    if (!series->error.empty())
        for (const std::size_t time : times)
            sample.numerical_error += series->error[time * series->components() + component] / count;
    return sample;
}

// Mean over the replicas that did not diverge, unless these are the fewer: they are a selection then. Those
// of a theory are its starts, not a spread; one replica does not know how far it is off.
Measured mean(const Sample& sample) {
    double sum = 0.0;
    double count = 0.0;
    for (const double value : sample.replicas)
        if (std::isfinite(value)) {
            sum += value;
            count += 1.0;
        }
    if (count == 0.0) return {};
    if (sample.diverged && 2.0 * count < static_cast<double>(sample.replicas.size())) return {};
    Measured measured{.value = sum / count, .error = sample.numerical_error};
    if (sample.theory) return measured;
    if (count < 2.0) return {measured.value, std::numeric_limits<double>::quiet_NaN()};
    double squares = 0.0;
    for (const double value : sample.replicas)
        if (std::isfinite(value)) squares += (value - measured.value) * (value - measured.value);
    measured.error = std::hypot(measured.error, std::sqrt(squares / (count - 1.0) / count));
    return measured;
}

Measured difference(const Measured& one, const Measured& other) {
    return {one.value - other.value, std::hypot(one.error, other.error), std::abs(other.value)};
}

// A theory that starts from every replica's own start is subtracted replica by replica, which takes the
// spread of the starts out of the error.
Measured difference(const Sample& one, const Sample& other) {
    const Sample& theory = one.theory ? one : other;
    const Sample& simulation = one.theory ? other : one;
    if (one.theory == other.theory || theory.replicas.size() < 2 ||
        theory.replicas.size() != simulation.replicas.size())
        return difference(mean(one), mean(other));
    Sample paired = one;
    paired.theory = false;
    paired.diverged = one.diverged || other.diverged;
    paired.numerical_error = std::hypot(one.numerical_error, other.numerical_error);
    for (std::size_t replica = 0; replica < paired.replicas.size(); ++replica)
        paired.replicas[replica] -= other.replicas[replica];
    Measured measured = mean(paired);
    measured.scale = std::abs(mean(other).value);
    return measured;
}

// Least-squares slope of y on x; the error from the errors of y.
Measured fitted_slope(const std::vector<double>& x, const std::vector<Measured>& y) {
    double mean = 0.0;
    for (const double value : x) mean += value / static_cast<double>(x.size());
    double spread = 0.0;
    for (const double value : x) spread += (value - mean) * (value - mean);
    Measured slope{.value = 0.0};
    for (std::size_t index = 0; index < x.size(); ++index) {
        const double weight = (x[index] - mean) / spread;
        slope.value += weight * y[index].value;
        slope.error += weight * weight * y[index].error * y[index].error;
    }
    slope.error = std::sqrt(slope.error);
    return slope;
}

// The top of the parabola through the largest value and its neighbours.
double place_of_maximum(const std::vector<double>& x, const std::vector<double>& y) {
    if (std::ranges::any_of(y, [](double value) { return !std::isfinite(value); }))
        return std::numeric_limits<double>::quiet_NaN();
    const auto top = static_cast<std::size_t>(std::ranges::max_element(y) - y.begin());
    if (top == 0 || top + 1 == y.size()) return x[top];
    const double left = (y[top] - y[top - 1]) / (x[top] - x[top - 1]);
    const double right = (y[top + 1] - y[top]) / (x[top + 1] - x[top]);
    if (left == right) return x[top];
    // Where the slope, known in the middles of both sides, is 0.
    return 0.5 * (x[top - 1] + x[top]) + 0.5 * (x[top + 1] - x[top - 1]) * left / (left - right);
}

class Checker {
  public:
    Checker(const experiment::Experiment& experiment, const Results& results)
        : experiment_(experiment), results_(results) {
        for (const experiment::Variant& variant : experiment.variants) names_.push_back(variant.name);
    }

    /// The labels of the routes a claim is checked on: those that every variant it is about has.
    [[nodiscard]] std::vector<std::string> labels(const Claim& claim) const {
        std::vector<std::string> chosen;
        const std::vector<std::string> about = claim.variants_among(names_);
        for (const RouteResult& route : results_.routes) {
            const std::string& label = route.info.label;
            if ((claim.route.empty() || claim.route == label) && !claim.is_reference(label) &&
                std::ranges::find(chosen, label) == chosen.end() &&
                std::ranges::all_of(
                    about, [&](const std::string& variant) { return can_be_checked(claim, variant, label); }))
                chosen.push_back(label);
        }
        return chosen;
    }

    ClaimResult check(const Claim& claim, const std::string& label, bool several) const {
        ClaimResult result{.name = several ? fmt::format("{} ({})", claim.name, label) : claim.name,
                           .route = label,
                           .what = claim.observable.empty() ? "all" : claim.observable,
                           .quantity = claim.quantity,
                           .predicted = claim.predicted,
                           .allowed = claim.allowed_deviation(),
                           .source = claim.source};
        if (claim.quantity == "order") {
            check_order(claim, label, result);
            return result;
        }
        const Measured measured = claim.quantity == "value"   ? value(claim, label)
                                  : claim.quantity == "ratio" ? ratio(claim, label)
                                  : claim.quantity == "fall"  ? fall(claim, label)
                                  : claim.quantity == "peak"  ? peak(claim, label)
                                                              : slope(claim, label);
        result.measured = measured.value;
        result.error = measured.error;
        // Beyond every number nothing is measured, and an error without bounds would let everything pass. An
        // unknown one excuses nothing.
        const double excuse = std::isnan(measured.error) ? 0.0 : 3.0 * measured.error;
        const double scale = result.allowed + std::abs(claim.predicted) + measured.scale;
        const bool measures = std::isfinite(excuse) && (scale == 0.0 || excuse <= worthless * scale);
        result.passed = std::isfinite(measured.value) && measures &&
                        std::abs(measured.value - claim.predicted) <= result.allowed + excuse;
        return result;
    }

  private:
    [[nodiscard]] Measured at(const Claim& claim, const std::string& variant,
                              const std::string& label) const {
        const Sample measured = sample(claim, results_, find_route(results_, variant, label));
        if (claim.minus_route.empty()) return mean(measured);
        return difference(measured,
                          sample(claim, results_, find_route(results_, variant, claim.minus_route)));
    }

    // Every size of a simulation.
    [[nodiscard]] std::vector<statistics::SimulationRun> sizes(const std::string& variant,
                                                               const std::string& label) const {
        std::vector<statistics::SimulationRun> runs;
        for (const RouteResult& route : results_.routes)
            if (!route.info.theory && route.info.variant == variant && route.info.label == label)
                runs.push_back({route.info.name, static_cast<double>(route.info.d), &route.trajectory});
        return runs;
    }

    [[nodiscard]] bool can_be_checked(const Claim& claim, const std::string& variant,
                                      const std::string& label) const {
        if (claim.quantity == "fall") return sizes(variant, label).size() > 1;
        const RouteResult* route = find_route(results_, variant, label);
        return route != nullptr && route->trajectory.find(claim.observable) != nullptr;
    }

    [[nodiscard]] double key_of(const std::string& variant, const std::string& key) const {
        for (const experiment::Variant& one : experiment_.variants)
            if (one.name == variant)
                return one.document.number_at(key).value_or(std::numeric_limits<double>::quiet_NaN());
        return std::numeric_limits<double>::quiet_NaN();
    }

    [[nodiscard]] Measured value(const Claim& claim, const std::string& label) const {
        const Measured measured = at(claim, claim.variant, label);
        if (claim.minus_variant.empty()) return measured;
        return difference(measured, at(claim, claim.minus_variant, label));
    }

    // When the mean over replicas is largest; the error by leaving out each replica in turn.
    [[nodiscard]] Measured peak(const Claim& claim, const std::string& label) const {
        const RouteResult* route = find_route(results_, claim.variant, label);
        const Series* series = route == nullptr ? nullptr : route->trajectory.find(claim.observable);
        if (series == nullptr) return {};
        const std::size_t component = claim.flat_component(series->observable);
        const std::vector<double>& times = results_.grid.times;
        std::vector<double> sum(times.size(), 0.0);
        const std::size_t replicas = std::max<std::size_t>(series->replicas, 1);
        for (std::size_t replica = 0; replica < replicas; ++replica)
            for (std::size_t time = 0; time < sum.size(); ++time)
                sum[time] += series->at(replica, time)[component];
        Measured measured{.value = place_of_maximum(times, sum)};
        if (route->info.theory) return measured;
        if (replicas < 2) return {measured.value, std::numeric_limits<double>::quiet_NaN()};
        const auto count = static_cast<double>(replicas);
        for (std::size_t left_out = 0; left_out < replicas; ++left_out) {
            std::vector<double> others = sum;
            for (std::size_t time = 0; time < sum.size(); ++time)
                others[time] -= series->at(left_out, time)[component];
            measured.error +=
                (count - 1.0) / count * std::pow(place_of_maximum(times, others) - measured.value, 2);
        }
        measured.error = std::sqrt(measured.error);
        return measured;
    }

    [[nodiscard]] Measured fall(const Claim& claim, const std::string& label) const {
        const RouteResult* theory = find_route(results_, claim.variant, claim.minus_route);
        if (theory == nullptr) return {};
        const std::vector<statistics::SimulationRun> runs = sizes(claim.variant, label);
        for (const statistics::DeviationFall& one :
             statistics::deviation_fall(runs, {theory->info.name, &theory->trajectory}))
            if (one.observable == (claim.observable.empty() ? "all" : claim.observable))
                return {one.exponent, one.exponent_error};
        return {};
    }

    [[nodiscard]] Measured ratio(const Claim& claim, const std::string& label) const {
        const Measured above = at(claim, claim.variant, label);
        const Measured below = at(claim, claim.over_variant.empty() ? claim.variant : claim.over_variant,
                                  claim.over_route.empty() ? label : claim.over_route);
        const double value = above.value / below.value;
        return {value, std::hypot(above.error, value * below.error) / std::abs(below.value)};
    }

    [[nodiscard]] Measured slope(const Claim& claim, const std::string& label) const {
        const bool logarithmic = claim.quantity == "exponent";
        std::vector<double> x;
        std::vector<Measured> y;
        for (const std::string& name : claim.variants_among(names_)) {
            const double key = key_of(name, claim.against);
            Measured measured = at(claim, name, label);
            if (logarithmic && !claim.minus_route.empty()) measured.value = std::abs(measured.value);
            x.push_back(logarithmic ? std::log(key) : key);
            y.push_back(logarithmic ? Measured{std::log(measured.value), measured.error / measured.value}
                                    : measured);
        }
        return fitted_slope(x, y);
    }

    // The variants in the claim's order have the quantity increasing; measured is the smallest gap.
    void check_order(const Claim& claim, const std::string& label, ClaimResult& result) const {
        const std::vector<std::string> order = claim.variants_among(names_);
        result.measured = std::numeric_limits<double>::infinity();
        result.passed = order.size() > 1;
        for (std::size_t index = 1; index < order.size(); ++index) {
            const Measured low = at(claim, order[index - 1], label);
            const Measured high = at(claim, order[index], label);
            const double gap = high.value - low.value;
            const double error = std::hypot(low.error, high.error);
            const double least = std::isnan(error) && claim.tolerance > 0.0 ? 0.0 : 3.0 * error;
            if (!(gap > claim.tolerance + least)) result.passed = false;
            if (!(gap >= result.measured)) {
                result.measured = gap;
                result.error = error;
            }
        }
    }

    const experiment::Experiment& experiment_;
    const Results& results_;
    std::vector<std::string> names_;
};

}  // namespace

std::vector<ClaimResult> check_claims(const experiment::Experiment& experiment, const Results& results) {
    const Checker checker(experiment, results);
    std::vector<ClaimResult> checked;
    for (const Claim& claim : experiment.claims) {
        const std::vector<std::string> labels = checker.labels(claim);
        for (const std::string& label : labels)
            checked.push_back(checker.check(claim, label, labels.size() > 1));
    }
    return checked;
}

void store(const std::vector<ClaimResult>& claims, Results& results) {
    for (const ClaimResult& claim : claims)
        results.derived.push_back({.path = "claims/" + claim.name,
                                   .attributes = {{"route", claim.route},
                                                  {"observable", claim.what},
                                                  {"quantity", claim.quantity},
                                                  {"predicted", claim.predicted},
                                                  {"measured", claim.measured},
                                                  {"error", claim.error},
                                                  {"allowed", claim.allowed},
                                                  {"passed", static_cast<std::int64_t>(claim.passed)},
                                                  {"source", claim.source}},
                                   .arrays = {}});
}

}  // namespace hidyn::run
