// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "claims/claims.hpp"

namespace hidyn::claims {
namespace {

bool can_be_checked(const Claim& claim, const Evidence& evidence, const std::string& variant,
                    const std::string& label) {
    if (claim.quantity->of_sizes()) return evidence.sizes(variant, label).size() > 1;
    const results::RouteResult* route = evidence.route(variant, label);
    return route != nullptr && route->trajectory.find(claim.observable) != nullptr;
}

/// The labels of the routes a claim is checked on: those that every variant it is about has.
std::vector<std::string> labels_of(const Claim& claim, const Evidence& evidence) {
    std::vector<std::string> chosen;
    const std::vector<std::string> about = claim.quantity->variants(claim, evidence.variants());
    for (const results::RouteResult& route : evidence.results().routes) {
        const std::string& label = route.info.label;
        if ((claim.route.empty() || claim.route == label) && !claim.is_reference(label) &&
            std::ranges::find(chosen, label) == chosen.end() &&
            std::ranges::all_of(about, [&](const std::string& variant) {
                return can_be_checked(claim, evidence, variant, label);
            }))
            chosen.push_back(label);
    }
    return chosen;
}

}  // namespace

std::vector<ClaimResult> measure(const std::vector<Claim>& claims, const Setting& setting,
                                 const results::Results& results) {
    const Evidence evidence(setting, results);
    std::vector<ClaimResult> measured;
    for (const Claim& claim : claims) {
        const std::vector<std::string> labels = labels_of(claim, evidence);
        for (const std::string& label : labels) {
            ClaimResult& result = measured.emplace_back();
            result.name = labels.size() > 1 ? fmt::format("{} ({})", claim.name, label) : claim.name;
            result.route = label;
            result.what = claim.observable.empty() ? "all" : claim.observable;
            result.quantity = claim.quantity;
            result.predicted = claim.predicted;
            result.allowed = claim.allowed_deviation();
            result.source = claim.source;
            claim.quantity->conclude(claim, evidence, result);
        }
    }
    return measured;
}

}  // namespace hidyn::claims
