#include "experiment/claim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiment/section.hpp"

namespace hidyn::experiment {
namespace {

// A key that the claim's quantity would not look at is a misunderstanding, so it is an error.
void complain_about_unused(const Table& table, const std::string& quantity, Complaints& complaints) {
    struct Use {
        const char* key;
        std::vector<std::string> quantities;
    };
    const std::vector<Use> uses{{"variant", {"value", "ratio"}},
                                {"over_variant", {"ratio"}},
                                {"variants", {"slope", "exponent", "order"}},
                                {"against", {"slope", "exponent"}},
                                {"predicted", {"value", "ratio", "slope", "exponent"}},
                                {"tolerance", {"value", "ratio", "slope", "exponent"}},
                                {"relative_tolerance", {"value", "ratio", "slope", "exponent"}}};
    for (const Use& use : uses)
        if (table.given(use.key) && std::ranges::find(use.quantities, quantity) == use.quantities.end())
            complaints.add(
                table.complain(use.key, fmt::format("has no meaning with quantity = \"{}\"", quantity)));
}

}  // namespace

double Claim::allowed_deviation() const {
    return tolerance + relative_tolerance * std::abs(predicted);
}

std::vector<std::string> Claim::variants_among(const std::vector<std::string>& all) const {
    if (quantity == "value") return {variant};
    if (quantity == "ratio") return {variant, over_variant};
    return variants.empty() ? all : variants;
}

std::string Claim::component_defect(const Observable& what) const {
    if (component.size() != what.dimensions.size())
        return what.dimensions.empty()       ? "is a number: row and column have no meaning"
               : what.dimensions.size() == 1 ? "is a vector: give row, and no column"
                                             : "is a matrix: give row and column";
    for (std::size_t axis = 0; axis < component.size(); ++axis)
        if (component[axis] > static_cast<std::int64_t>(what.dimensions[axis].size))
            return fmt::format("{} = {} is out of range: it has {} {}s", axis == 0 ? "row" : "column",
                               component[axis], what.dimensions[axis].size, what.dimensions[axis].name);
    return "";
}

std::size_t Claim::flat_component(const Observable& what) const {
    std::size_t flat = 0;
    for (std::size_t axis = 0; axis < component.size(); ++axis)
        flat = flat * what.dimensions[axis].size + static_cast<std::size_t>(component[axis]) - 1;
    return flat;
}

std::vector<std::size_t> Claim::times(const TimeGrid& grid) const {
    std::vector<std::size_t> chosen;
    for (std::size_t index = 0; index < grid.size(); ++index) {
        const double time = grid.times[index];
        if (!window.empty() ? window[0] <= time && time <= window[1]
            : at            ? std::abs(time - *at) <= 1e-9 * std::max(1.0, time)
                            : index + 1 == grid.size())
            chosen.push_back(index);
    }
    return chosen;
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
    claim.given = table;

    const bool compares_variants = claim.quantity == "slope" || claim.quantity == "exponent";
    if (const std::string defect = name_defect(claim.name, "/"); !defect.empty())
        complaints.add(table.complain("name", "a claim's name " + defect));
    if (claim.quantity != "order" && !table.given("predicted"))
        complaints.add(
            fmt::format("{}: predicted is missing: the number this claim predicts", table.place()));
    if (claim.quantity == "ratio" && claim.over_variant.empty())
        complaints.add(
            fmt::format("{}: over_variant is missing: a ratio is over another variant", table.place()));
    if (compares_variants && claim.against.empty())
        complaints.add(fmt::format("{}: against is missing: the key whose values the {} is taken against",
                                   table.place(), claim.quantity));
    complain_about_unused(table, claim.quantity, complaints);
    if (table.given("window") && (claim.window.size() != 2 || claim.window[0] > claim.window[1]))
        complaints.add(table.complain("window", "must be two times, the earlier first"));
    if (claim.at && !claim.window.empty())
        complaints.add(table.complain("window", "give either at or window"));
    if (table.given("column") && !table.given("row"))
        complaints.add(table.complain("column", "needs row beside it"));
    return claim;
}

}  // namespace hidyn::experiment
