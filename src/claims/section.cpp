// SPDX-License-Identifier: MIT
#include "claims/section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "claims/quantity.hpp"
#include "core/keys.hpp"
#include "core/names.hpp"

namespace hidyn::claims {
namespace {

/// A key that the claim's quantity would not look at is a misunderstanding, so it is an error.
void complain_about_unused(const Claim& claim, Complaints& complaints) {
    const std::vector<std::string> used = claim.quantity->keys();
    for (const char* key :
         {"row", "column", "component", "s", "at", "window", "variant", "minus_variant", "over_route",
          "over_variant", "variants", "against", "predicted", "tolerance", "relative_tolerance"})
        if (claim.given.given(key) && std::ranges::find(used, key) == used.end())
            complaints.add(claim.given.complain(
                key, fmt::format("has no meaning with quantity = \"{}\"", claim.quantity->name())));
}

}  // namespace

std::vector<Key> section_keys() {
    std::vector<std::string> names;
    for (const Quantity* one : quantities()) names.emplace_back(one->name());
    const auto optional_text = [](const char* name, const char* meaning) {
        return keys::text(name, meaning).otherwise(std::string());
    };
    return {
        keys::text("name", "a short name, unique in the file").needed(),
        optional_text("source", "where the paper says so"),
        keys::choice("quantity", "what is measured on the observable", names),
        optional_text("observable",
                      "the observable's name; only a fall may do without: all observables together"),
        keys::integer("row", "row of a matrix or entry of a vector").at_least(1),
        keys::integer("column", "column of a matrix").at_least(1),
        keys::real_list("component", "the entry along every axis, counted from 1, instead of row and column")
            .at_least(1),
        keys::real("s",
                   "the second time of a two-time observable or response; row and column then count the "
                   "other axes")
            .at_least(0),
        optional_text("route",
                      "the route it is checked on; absent: every route (a simulation at its largest d)"),
        optional_text(
            "minus_route",
            "the observable is taken minus that of this route (exponent: the absolute difference); a "
            "fall: the theory that single runs approach"),
        optional_text("over_route", "the route in the denominator of a ratio"),
        optional_text("variant", "the variant it is about (value, ratio, fall, peak)"),
        optional_text("minus_variant", "a value is taken minus that of this variant"),
        optional_text("over_variant", "the variant in the denominator of a ratio"),
        keys::text_list("variants",
                        "the variants of a slope, exponent or order; absent: all in the file's order")
            .otherwise(std::vector<std::string>{}),
        optional_text("against",
                      "the key a slope or exponent is taken against, such as algorithm.learning_rate, "
                      "or a ratio such as algorithm.learning_rate / algorithm.batch_size"),
        keys::real("at", "a time of the grid; absent: the end").at_least(0),
        keys::real_list("window", "two times: average over the grid points between them").at_least(0),
        keys::real("predicted", "the predicted number").otherwise(0.0),
        keys::real("tolerance",
                   "allowed deviation, beyond three standard errors of a simulation or numerical errors of "
                   "a theory")
            .at_least(0)
            .otherwise(0.0),
        keys::real("relative_tolerance", "the same in units of the predicted number")
            .at_least(0)
            .otherwise(0.0),
    };
}

Claim read(const Table& table, Complaints& complaints) {
    Claim claim;
    claim.name = table.text("name");
    claim.source = table.text("source");
    claim.quantity = quantity_named(table.text("quantity"));
    claim.observable = table.text("observable");
    if (table.given("row")) claim.component.push_back(table.integer("row"));
    if (table.given("column")) claim.component.push_back(table.integer("column"));
    for (const double entry : table.given("component") ? table.reals("component") : RealList())
        claim.component.push_back(static_cast<std::int64_t>(entry));
    if (table.given("s")) claim.s = table.real("s");
    claim.route = table.text("route");
    claim.minus_route = table.text("minus_route");
    claim.over_route = table.text("over_route");
    claim.variant = table.text("variant");
    claim.minus_variant = table.text("minus_variant");
    claim.over_variant = table.text("over_variant");
    claim.variants = table.texts("variants");
    claim.against = table.text("against");
    if (table.given("at")) claim.at = table.real("at");
    if (table.given("window")) claim.window = table.reals("window");
    claim.predicted = table.real("predicted");
    claim.tolerance = table.real("tolerance");
    claim.relative_tolerance = table.real("relative_tolerance");
    claim.given = table;

    if (const std::string defect = name_defect(claim.name, "/"); !defect.empty())
        complaints.add(table.complain("name", "a claim's name " + defect));
    claim.quantity->check_section(claim, complaints);
    complain_about_unused(claim, complaints);
    if (table.given("window") && (claim.window.size() != 2 || claim.window[0] > claim.window[1]))
        complaints.add(table.complain("window", "must be two times, the earlier first"));
    if (claim.at && !claim.window.empty())
        complaints.add(table.complain("window", "give either at or window"));
    if (table.given("column") && !table.given("row"))
        complaints.add(table.complain("column", "needs row beside it"));
    if (table.given("component") && table.given("row"))
        complaints.add(table.complain("component", "give either component, or row and column"));
    if (table.given("component") && std::ranges::any_of(table.reals("component"), [](double entry) {
            return entry != std::floor(entry) || entry > 1e15;
        }))
        complaints.add(table.complain("component", "must be whole numbers, counted from 1"));
    return claim;
}

}  // namespace hidyn::claims
