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
    const std::vector<std::string> at_times{"value", "ratio", "slope", "exponent", "order"};
    std::vector<std::string> of_a_component = at_times;
    of_a_component.emplace_back("peak");
    const std::vector<Use> uses{
        {"row", of_a_component},
        {"column", of_a_component},
        {"component", of_a_component},
        {"s", of_a_component},
        {"at", at_times},
        {"window", at_times},
        {"variant", {"value", "ratio", "fall", "peak"}},
        {"minus_variant", {"value"}},
        {"over_route", {"ratio"}},
        {"over_variant", {"ratio"}},
        {"variants", {"slope", "exponent", "order"}},
        {"against", {"slope", "exponent"}},
        {"predicted", {"value", "ratio", "slope", "exponent", "fall", "peak"}},
        {"tolerance", {"value", "ratio", "slope", "exponent", "order", "fall", "peak"}},
        {"relative_tolerance", {"value", "ratio", "slope", "exponent", "fall", "peak"}}};
    for (const Use& use : uses)
        if (table.given(use.key) && std::ranges::find(use.quantities, quantity) == use.quantities.end())
            complaints.add(
                table.complain(use.key, fmt::format("has no meaning with quantity = \"{}\"", quantity)));
}

// The axis that `s` speaks of.
std::optional<std::size_t> second_time(const Observable& what) {
    for (std::size_t axis = 0; axis < what.dimensions.size(); ++axis)
        if (what.dimensions[axis].is_time()) return axis;
    return {};
}

bool is_at(double time, double wanted) {
    return std::abs(time - wanted) <= 1e-9 * std::max(1.0, std::abs(time));
}

std::optional<std::size_t> entry_at(const Dimension& dimension, double wanted) {
    for (std::size_t entry = 0; entry < dimension.size; ++entry)
        if (is_at(dimension.coordinate(entry), wanted)) return entry;
    return {};
}

// The axes that row, column and component speak of: all, but for that of `s`.
std::vector<Dimension> counted_axes(const Claim& claim, const Observable& what) {
    std::vector<Dimension> axes = what.dimensions;
    const std::optional<std::size_t> time = second_time(what);
    if (claim.s && time) axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(*time));
    return axes;
}

std::string how_to_address(const std::vector<Dimension>& axes) {
    if (axes.empty()) return "is a number: row and column have no meaning";
    if (axes.size() == 1) return "is a vector: give row, and no column";
    if (axes.size() == 2) return "is a matrix: give row and column";
    return fmt::format("has {} axes: give component = [...] with a number for each", axes.size());
}

}  // namespace

double Claim::allowed_deviation() const {
    return tolerance + relative_tolerance * std::abs(predicted);
}

std::vector<std::string> Claim::variants_among(const std::vector<std::string>& all) const {
    if (quantity == "fall" || quantity == "peak") return {variant};
    if (quantity == "value" || quantity == "ratio") {
        const std::string& other = quantity == "value" ? minus_variant : over_variant;
        return other.empty() ? std::vector{variant} : std::vector{variant, other};
    }
    return variants.empty() ? all : variants;
}

std::string Claim::component_defect(const Observable& what) const {
    if (const std::optional<std::size_t> axis = second_time(what); s && !axis)
        return "has no second time: s has no meaning";
    else if (s && !entry_at(what.dimensions[*axis], *s))
        return fmt::format("s = {} is not one of its {} times", *s, what.dimensions[*axis].size);
    const std::vector<Dimension> axes = counted_axes(*this, what);
    // A single student need not be named.
    if (component.empty() && std::ranges::all_of(axes, [](const Dimension& axis) { return axis.size == 1; }))
        return "";
    if (component.size() != axes.size()) {
        const bool wants_time = !s && second_time(what);
        return how_to_address(axes) + (wants_time ? ", or give its second time as s" : "");
    }
    for (std::size_t axis = 0; axis < component.size(); ++axis)
        if (component[axis] > static_cast<std::int64_t>(axes[axis].size)) {
            const std::string key = given.given("component") ? fmt::format("component {}", axis + 1)
                                    : axis == 0              ? "row"
                                                             : "column";
            return fmt::format("{} = {} is out of range: it has {} {}s", key, component[axis],
                               axes[axis].size, axes[axis].name.substr(0, axes[axis].name.find("_2")));
        }
    return "";
}

std::size_t Claim::flat_component(const Observable& what) const {
    const std::optional<std::size_t> time = s ? second_time(what) : std::nullopt;
    std::size_t flat = 0;
    std::size_t counted = 0;
    for (std::size_t axis = 0; axis < what.dimensions.size(); ++axis) {
        const Dimension& dimension = what.dimensions[axis];
        std::size_t entry = 0;
        if (axis == time)
            entry = entry_at(dimension, *s).value_or(0);
        else if (counted < component.size())
            entry = static_cast<std::size_t>(component[counted++]) - 1;
        flat = flat * dimension.size + entry;
    }
    return flat;
}

std::vector<std::size_t> Claim::times(const TimeGrid& grid) const {
    std::vector<std::size_t> chosen;
    for (std::size_t index = 0; index < grid.size(); ++index) {
        const double time = grid.times[index];
        if (!window.empty() ? window[0] <= time && time <= window[1]
            : at            ? is_at(time, *at)
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
         .choices = {"value", "ratio", "slope", "exponent", "order", "fall", "peak"},
         .standard = std::string("value")},
        {.name = "observable",
         .type = KeyType::text,
         .meaning = "the observable's name; only a fall may do without: all observables together",
         .standard = std::string()},
        {.name = "row",
         .type = KeyType::integer,
         .meaning = "row of a matrix or entry of a vector",
         .range = {.minimum = 1}},
        {.name = "column",
         .type = KeyType::integer,
         .meaning = "column of a matrix",
         .range = {.minimum = 1}},
        {.name = "component",
         .type = KeyType::real_list,
         .meaning = "the entry along every axis, counted from 1, instead of row and column",
         .range = {.minimum = 1}},
        {.name = "s",
         .type = KeyType::real,
         .meaning = "the second time of a two-time observable or response; row and column then count the "
                    "other axes",
         .range = {.minimum = 0}},
        {.name = "route",
         .type = KeyType::text,
         .meaning = "the route it is checked on; absent: every route (a simulation at its largest d)",
         .standard = std::string()},
        {.name = "minus_route",
         .type = KeyType::text,
         .meaning = "the observable is taken minus that of this route (exponent: the absolute difference); a "
                    "fall: the theory that single runs approach",
         .standard = std::string()},
        {.name = "over_route",
         .type = KeyType::text,
         .meaning = "the route in the denominator of a ratio",
         .standard = std::string()},
        {.name = "variant",
         .type = KeyType::text,
         .meaning = "the variant it is about (value, ratio, fall, peak)",
         .standard = std::string()},
        {.name = "minus_variant",
         .type = KeyType::text,
         .meaning = "a value is taken minus that of this variant",
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
         .meaning = "the key a slope or exponent is taken against, such as algorithm.learning_rate, "
                    "or a ratio such as algorithm.learning_rate / algorithm.batch_size",
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
         .meaning = "allowed deviation, beyond three standard errors of a simulation or numerical errors of "
                    "a theory",
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

    const bool compares_variants = claim.quantity == "slope" || claim.quantity == "exponent";
    if (const std::string defect = name_defect(claim.name, "/"); !defect.empty())
        complaints.add(table.complain("name", "a claim's name " + defect));
    if (claim.quantity != "order" && !table.given("predicted"))
        complaints.add(
            fmt::format("{}: predicted is missing: the number this claim predicts", table.place()));
    if (claim.observable.empty() && claim.quantity != "fall")
        complaints.add(fmt::format("{}: observable is missing", table.place()));
    if (claim.quantity == "ratio" && claim.over_variant.empty() && claim.over_route.empty())
        complaints.add(fmt::format(
            "{}: over_variant is missing (or over_route): a ratio is over another variant or route",
            table.place()));
    if (claim.quantity == "fall" && claim.minus_route.empty())
        complaints.add(
            fmt::format("{}: minus_route is missing: the theory that single runs approach", table.place()));
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
    if (table.given("component") && table.given("row"))
        complaints.add(table.complain("component", "give either component, or row and column"));
    if (table.given("component") && std::ranges::any_of(table.reals("component"), [](double entry) {
            return entry != std::floor(entry) || entry > 1e15;
        }))
        complaints.add(table.complain("component", "must be whole numbers, counted from 1"));
    return claim;
}

}  // namespace hidyn::experiment
