#include "run/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/error.hpp"

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

std::size_t flat_component(const Claim& claim, const Observable& observable) {
    const auto refuse = [&](const std::string& why) -> std::size_t {
        throw InputError(fmt::format("{}: observable = \"{}\": {}", claim.where, claim.observable, why));
    };
    if (claim.component.size() != observable.dimensions.size())
        return refuse(observable.dimensions.empty()       ? "is a scalar: row and column have no meaning"
                      : observable.dimensions.size() == 1 ? "is a vector: give row"
                                                          : "is a matrix: give row and column");
    std::size_t flat = 0;
    for (std::size_t axis = 0; axis < claim.component.size(); ++axis) {
        const auto index = static_cast<std::size_t>(claim.component[axis]);
        const std::size_t size = observable.dimensions[axis].size;
        if (index > size)
            return refuse(fmt::format("has only {} {}s", size, observable.dimensions[axis].name));
        flat = flat * size + index - 1;
    }
    return flat;
}

std::vector<std::size_t> claim_times(const Claim& claim, const TimeGrid& grid) {
    std::vector<std::size_t> chosen;
    for (std::size_t index = 0; index < grid.size(); ++index) {
        const double time = grid.times[index];
        if (!claim.window.empty() ? claim.window[0] <= time && time <= claim.window[1]
            : claim.at            ? std::abs(time - *claim.at) <= 1e-9 * std::max(1.0, time)
                                  : index + 1 == grid.size())
            chosen.push_back(index);
    }
    return chosen;
}

// Mean over the chosen times, then over replicas; the error is the replicas' standard error.
Measured measure(const Claim& claim, const Results& results, const RouteResult& route) {
    const Series* series = route.trajectory.find(claim.observable);
    if (series == nullptr) return {};
    const std::size_t component = flat_component(claim, series->observable);
    const std::vector<std::size_t> times = claim_times(claim, results.grid);
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

double key_value(const experiment::Variant& variant, const Claim& claim) {
    const experiment::Node* node = variant.document.at_path(claim.against);
    if (node != nullptr && node->type == experiment::Node::Type::real) return node->real;
    if (node != nullptr && node->type == experiment::Node::Type::integer)
        return static_cast<double>(node->integer);
    throw InputError(fmt::format("{}: against = \"{}\": is not a number of variant \"{}\"", claim.where,
                                 claim.against, variant.name));
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
        : experiment_(experiment), results_(results) {}

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

    [[nodiscard]] std::vector<const experiment::Variant*> variants_of(const Claim& claim) const {
        std::vector<const experiment::Variant*> chosen;
        for (const experiment::Variant& variant : experiment_.variants)
            if (claim.variants.empty() ||
                std::ranges::find(claim.variants, variant.name) != claim.variants.end())
                chosen.push_back(&variant);
        return chosen;
    }

    [[nodiscard]] Measured ratio(const Claim& claim, const std::string& label) const {
        const Measured above = at(claim, claim.variant, label);
        const Measured below = at(claim, claim.over_variant, label);
        const double value = above.value / below.value;
        return {value, std::abs(value) * std::hypot(above.error / above.value, below.error / below.value)};
    }

    [[nodiscard]] Measured slope(const Claim& claim, const std::string& label) const {
        const bool logarithmic = claim.quantity == "exponent";
        std::vector<double> x;
        std::vector<Measured> y;
        for (const experiment::Variant* variant : variants_of(claim)) {
            const double key = key_value(*variant, claim);
            const Measured measured = at(claim, variant->name, label);
            x.push_back(logarithmic ? std::log(key) : key);
            y.push_back(logarithmic ? Measured{std::log(measured.value), measured.error / measured.value}
                                    : measured);
        }
        return fitted_slope(x, y);
    }

    // The variants in the claim's order have the quantity increasing; measured is the smallest gap.
    void check_order(const Claim& claim, const std::string& label, ClaimResult& result) const {
        std::vector<std::string> order = claim.variants;
        if (order.empty())
            for (const experiment::Variant& variant : experiment_.variants) order.push_back(variant.name);
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
};

}  // namespace

std::vector<ClaimResult> check_claims(const experiment::Experiment& experiment, const Results& results) {
    const Checker checker(experiment, results);
    std::vector<ClaimResult> checked;
    for (const Claim& claim : experiment.claims) {
        std::vector<std::string> labels;
        for (const RouteResult& route : results.routes)
            if ((claim.route.empty() || claim.route == route.info.label) &&
                std::ranges::find(labels, route.info.label) == labels.end())
                labels.push_back(route.info.label);
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
