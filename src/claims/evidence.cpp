// SPDX-License-Identifier: MIT
#include "claims/evidence.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::claims {

using results::Results;
using results::RouteResult;

std::vector<std::string> Setting::names() const {
    std::vector<std::string> all;
    all.reserve(variants.size());
    for (const Variant& variant : variants) all.push_back(variant.name);
    return all;
}

namespace {

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

}  // namespace

Measured difference(const Measured& one, const Measured& other) {
    return {one.value - other.value, std::hypot(one.error, other.error), std::abs(other.value)};
}

namespace {

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

}  // namespace

const RouteResult* Evidence::route(const std::string& variant, const std::string& label) const {
    const RouteResult* largest = nullptr;
    for (const RouteResult& route : results_.routes)
        if (route.info.variant == variant && route.info.label == label &&
            (largest == nullptr || route.info.d > largest->info.d))
            largest = &route;
    return largest;
}

Measured Evidence::at(const Claim& claim, const std::string& variant, const std::string& label) const {
    const Sample measured = sample(claim, results_, route(variant, label));
    if (claim.minus_route.empty()) return mean(measured);
    return difference(measured, sample(claim, results_, route(variant, claim.minus_route)));
}

std::vector<statistics::SimulationRun> Evidence::sizes(const std::string& variant,
                                                       const std::string& label) const {
    std::vector<statistics::SimulationRun> runs;
    for (const RouteResult& route : results_.routes)
        if (!route.info.theory && route.info.variant == variant && route.info.label == label)
            runs.push_back({route.info.name, static_cast<double>(route.info.d), &route.trajectory});
    return runs;
}

double Evidence::key(const std::string& variant, const std::string& name) const {
    for (const Setting::Variant& one : setting_.variants)
        if (one.name == variant)
            return one.number_at(name).value_or(std::numeric_limits<double>::quiet_NaN());
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace hidyn::claims
