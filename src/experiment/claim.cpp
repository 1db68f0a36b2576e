#include "experiment/claim.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hidyn::experiment {

double Claim::allowed_deviation() const {
    return tolerance + relative_tolerance * std::abs(predicted);
}

std::vector<Key> claim_keys() {
    return {
        {.name = "name",
         .type = KeyType::text,
         .meaning = "a short name, unique in the file",
         .required = true},
        {.name = "source",
         .type = KeyType::text,
         .meaning = "where the paper says so",
         .standard = std::string()},
        {.name = "quantity",
         .type = KeyType::choice,
         .meaning = "what is measured on the observable",
         .choices = {"value", "ratio", "slope", "exponent", "order"},
         .standard = std::string("value")},
        {.name = "observable", .type = KeyType::text, .meaning = "the observable's name", .required = true},
        {.name = "row",
         .type = KeyType::integer,
         .meaning = "row of a matrix or entry of a vector",
         .range = {.minimum = 1}},
        {.name = "column",
         .type = KeyType::integer,
         .meaning = "column of a matrix",
         .range = {.minimum = 1}},
        {.name = "route",
         .type = KeyType::text,
         .meaning = "the route it is checked on; absent: every route (a simulation at its largest d)",
         .standard = std::string()},
        {.name = "variant",
         .type = KeyType::text,
         .meaning = "the variant it is about (value, ratio)",
         .standard = std::string()},
        {.name = "over_variant",
         .type = KeyType::text,
         .meaning = "the variant in the denominator of a ratio",
         .standard = std::string()},
        {.name = "variants",
         .type = KeyType::text_list,
         .meaning = "the variants of a slope, exponent or order; absent: all in the file's order",
         .standard = std::vector<std::string>{}},
        {.name = "against",
         .type = KeyType::text,
         .meaning = "the key a slope or exponent is taken against, such as algorithm.learning_rate",
         .standard = std::string()},
        {.name = "at",
         .type = KeyType::real,
         .meaning = "a time of the grid; absent: the end",
         .range = {.minimum = 0}},
        {.name = "window",
         .type = KeyType::real_list,
         .meaning = "two times: average over the grid points between them",
         .range = {.minimum = 0}},
        {.name = "predicted", .type = KeyType::real, .meaning = "the predicted number", .standard = 0.0},
        {.name = "tolerance",
         .type = KeyType::real,
         .meaning = "allowed deviation, beyond three standard errors of a simulation",
         .range = {.minimum = 0},
         .standard = 0.0},
        {.name = "relative_tolerance",
         .type = KeyType::real,
         .meaning = "the same in units of the predicted number",
         .range = {.minimum = 0},
         .standard = 0.0},
    };
}

Claim read_claim(const Table& table, Complaints& complaints) {
    Claim claim;
    claim.name = table.text("name");
    claim.source = table.text("source");
    claim.quantity = table.text("quantity");
    claim.observable = table.text("observable");
    if (table.given("row")) claim.component.push_back(table.integer("row"));
    if (table.given("column")) claim.component.push_back(table.integer("column"));
    claim.route = table.text("route");
    claim.variant = table.text("variant");
    claim.over_variant = table.text("over_variant");
    claim.variants = table.texts("variants");
    claim.against = table.text("against");
    if (table.given("at")) claim.at = table.real("at");
    if (table.given("window")) claim.window = table.reals("window");
    claim.predicted = table.real("predicted");
    claim.tolerance = table.real("tolerance");
    claim.relative_tolerance = table.real("relative_tolerance");
    claim.where = table.place();

    const bool compares_variants = claim.quantity == "slope" || claim.quantity == "exponent";
    if (claim.name.find('/') != std::string::npos)
        complaints.add(table.complain("name", "must not contain \"/\""));
    if (claim.quantity != "order" && !table.given("predicted"))
        complaints.add(fmt::format("{}: predicted is missing: the number this claim predicts", claim.where));
    if (claim.quantity == "ratio" && claim.over_variant.empty())
        complaints.add(
            fmt::format("{}: over_variant is missing: a ratio is over another variant", claim.where));
    if (compares_variants && claim.against.empty())
        complaints.add(fmt::format("{}: against is missing: the key whose values the {} is taken against",
                                   claim.where, claim.quantity));
    if (table.given("window") && (claim.window.size() != 2 || claim.window[0] > claim.window[1]))
        complaints.add(table.complain("window", "must be two times, the earlier first"));
    if (claim.at && !claim.window.empty())
        complaints.add(table.complain("window", "give either at or window"));
    if (table.given("column") && !table.given("row"))
        complaints.add(table.complain("column", "needs row beside it"));
    return claim;
}

}  // namespace hidyn::experiment
