#include "run/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace hidyn::run {
namespace {

using experiment::Claim;
using results::Results;
using results::RouteResult;

struct Measured {
    double value = std::numeric_limits<double>::quiet_NaN();
    double error = 0.0;
};

const RouteResult* find_route(const Results& results, const std::string& variant, const std::string& label) {
    const RouteResult* largest = nullptr;
    for (const RouteResult& route : results.routes)
        if (route.info.variant == variant && route.info.label == label &&
            (largest == nullptr || route.info.d > largest->info.d))
            largest = &route;
    return largest;
}

// Mean over the chosen times, then over replicas; the error is the replicas' standard error.
Measured measure(const Claim& claim, const Results& results, const RouteResult& route) {
    const Series* series = route.trajectory.find(claim.observable);
    if (series == nullptr) return {};
    const std::size_t component = claim.flat_component(series->observable);
    const std::vector<std::size_t> times = claim.times(results.grid);
    double sum = 0.0;
    double squares = 0.0;
    double count = 0.0;
    for (std::size_t replica = 0; replica < std::max<std::size_t>(series->replicas, 1); ++replica) {
        double value = 0.0;
        for (const std::size_t time : times) value += series->at(replica, time)[component];
        value /= static_cast<double>(times.size());
        if (!std::isfinite(value)) continue;
        sum += value;
        squares += value * value;
        count += 1.0;
    }
    if (count == 0.0) return {};
    Measured measured{.value = sum / count};
    if (!route.info.theory && count > 1.0)
        measured.error =
            std::sqrt(std::max(0.0, squares / count - measured.value * measured.value) / (count - 1.0));
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
            if ((claim.route.empty() || claim.route == label) &&
                std::ranges::find(chosen, label) == chosen.end() &&
                std::ranges::all_of(about, [&](const std::string& variant) {
                    return find_route(results_, variant, label) != nullptr;
                }))
                chosen.push_back(label);
        }
        return chosen;
    }

    ClaimResult check(const Claim& claim, const std::string& label, bool several) const {
        ClaimResult result{.name = several ? fmt::format("{} ({})", claim.name, label) : claim.name,
                           .route = label,
                           .what = claim.observable,
                           .predicted = claim.predicted,
                           .allowed = claim.allowed_deviation(),
                           .source = claim.source};
        if (claim.quantity == "order") {
            check_order(claim, label, result);
            return result;
        }
        const Measured measured = claim.quantity == "value"   ? at(claim, claim.variant, label)
                                  : claim.quantity == "ratio" ? ratio(claim, label)
                                                              : slope(claim, label);
        result.measured = measured.value;
        result.error = measured.error;
        result.passed = std::abs(measured.value - claim.predicted) <= result.allowed + 3.0 * measured.error;
        return result;
    }

  private:
    [[nodiscard]] Measured at(const Claim& claim, const std::string& variant,
                              const std::string& label) const {
        const RouteResult* route = find_route(results_, variant, label);
        return route == nullptr ? Measured{} : measure(claim, results_, *route);
    }

    [[nodiscard]] double key_of(const std::string& variant, const std::string& key) const {
        for (const experiment::Variant& one : experiment_.variants)
            if (one.name == variant)
                return one.document.number_at(key).value_or(std::numeric_limits<double>::quiet_NaN());
        return std::numeric_limits<double>::quiet_NaN();
    }

    [[nodiscard]] Measured ratio(const Claim& claim, const std::string& label) const {
        const Measured above = at(claim, claim.variant, label);
        const Measured below = at(claim, claim.over_variant, label);
        const double value = above.value / below.value;
        return {value, std::hypot(above.error, value * below.error) / std::abs(below.value)};
    }

    [[nodiscard]] Measured slope(const Claim& claim, const std::string& label) const {
        const bool logarithmic = claim.quantity == "exponent";
        std::vector<double> x;
        std::vector<Measured> y;
        for (const std::string& name : claim.variants_among(names_)) {
            const double key = key_of(name, claim.against);
            const Measured measured = at(claim, name, label);
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
            if (!(gap > 3.0 * error)) result.passed = false;
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
                                                  {"predicted", claim.predicted},
                                                  {"measured", claim.measured},
                                                  {"error", claim.error},
                                                  {"allowed", claim.allowed},
                                                  {"passed", static_cast<std::int64_t>(claim.passed)},
                                                  {"source", claim.source}},
                                   .arrays = {}});
}

}  // namespace hidyn::run
