// SPDX-License-Identifier: MIT
#include "claims/quantity.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hidyn::claims {
namespace {

/// Errors so many times larger than all numbers that a claim names show that nothing was measured.
constexpr double worthless = 10.0;

}  // namespace

void Quantity::check_section(const Claim& claim, Complaints& complaints) const {
    if (!claim.given.given("predicted"))
        complaints.add(
            fmt::format("{}: predicted is missing: the number this claim predicts", claim.given.place()));
    if (claim.observable.empty())
        complaints.add(fmt::format("{}: observable is missing", claim.given.place()));
}

std::string Quantity::prediction(double predicted) const {
    return std::isnan(predicted) ? "-" : fmt::format("{:.5g}", predicted);
}

Measured Quantity::measure(const Claim&, const std::string&, const Evidence&) const {
    return {};
}

void Quantity::conclude(const Claim& claim, const Evidence& evidence, ClaimResult& result) const {
    const Measured measured = measure(claim, result.route, evidence);
    result.measured = measured.value;
    result.error = measured.error;
    // Beyond every number nothing is measured, and an error without bounds would let everything pass. An
    // unknown one excuses nothing.
    const double excuse = std::isnan(measured.error) ? 0.0 : 3.0 * measured.error;
    const double scale = result.allowed + std::abs(claim.predicted) + measured.scale;
    const bool measures = std::isfinite(excuse) && (scale == 0.0 || excuse <= worthless * scale);
    result.passed = std::isfinite(measured.value) && measures &&
                    std::abs(measured.value - claim.predicted) <= result.allowed + excuse;
}

const std::vector<const Quantity*>& quantities() {
    static const std::vector<const Quantity*> all{&value(), &ratio(), &slope(), &exponent(),
                                                  &order(), &fall(),  &peak()};
    return all;
}

const Quantity* quantity_named(std::string_view name) {
    for (const Quantity* one : quantities())
        if (one->name() == name) return one;
    return nullptr;
}

std::vector<std::string> component_keys() {
    return {"row", "column", "component", "s"};
}

std::vector<std::string> component_and_time_keys() {
    std::vector<std::string> keys = component_keys();
    keys.insert(keys.end(), {"at", "window"});
    return keys;
}

}  // namespace hidyn::claims
