// SPDX-License-Identifier: MIT
#include "experiment/figure_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/keys.hpp"
#include "core/words.hpp"
#include "experiment/section.hpp"

namespace hidyn::experiment {
namespace {

// Routes that could not be made have been complained about, and routes named here may be among them.
void check_figure_routes(const Table& table, const Experiment& experiment, Complaints& complaints) {
    if (!complaints.empty()) return;
    std::set<std::string> labels;
    std::set<std::string> theories;
    bool sizes = false;
    for (const Variant& variant : experiment.variants)
        for (const auto& route : variant.routes) {
            labels.insert(route->info.label);
            if (route->info.theory) theories.insert(variant.name);
            sizes |= std::ranges::any_of(variant.routes, [&](const auto& other) {
                return !route->info.theory && other->info.label == route->info.label &&
                       other->info.d != route->info.d;
            });
        }
    for (const Variant& variant : experiment.variants)
        std::erase_if(labels, [&](const std::string& label) {
            return std::ranges::none_of(variant.routes,
                                        [&](const auto& route) { return route->info.label == label; });
        });
    if (table.given("minus") && labels.count(table.text("minus")) == 0)
        complaints.add(table.complain(
            "minus", fmt::format("the routes of every variant are {}{}", joined(labels, ", "),
                                 suggestion(table.text("minus"), {labels.begin(), labels.end()}))));
    if (table.given("convergence") && table.boolean("convergence") && (!sizes || theories.empty()))
        complaints.add(table.complain(
            "convergence", "needs a simulation with at least two sizes d, and a theory it approaches"));
}

}  // namespace

void check_figure(const Node& section, const Experiment& experiment, Complaints& complaints) {
    const Table table = read_section(section, "figure", figure_keys(), {}, complaints);
    std::set<std::string> observables;
    for (const Variant& variant : experiment.variants)
        if (variant.problem)
            for (const Observable& one : variant.problem->observables()) observables.insert(one.name);
    for (const Variant& variant : experiment.variants)
        for (const auto& route : variant.routes)
            for (const Observable& own : route->own_observables()) observables.insert(own.name);
    if (table.given("observables") && !observables.empty())
        for (const std::string& name : table.texts("observables"))
            if (observables.count(name) == 0)
                complaints.add(table.complain(
                    "observables", fmt::format("\"{}\" is not one of {}{}", name, joined(observables, ", "),
                                               suggestion(name, {observables.begin(), observables.end()}))));
    if (table.given("window") &&
        (table.reals("window").size() != 2 || table.reals("window")[0] > table.reals("window")[1]))
        complaints.add(table.complain("window", "must be two times, the earlier first"));
    if (table.given("against"))
        for (const Variant& variant : experiment.variants)
            if (!variant.document.number_at(table.text("against"))) {
                complaints.add(table.complain("against", "is not a number given in every variant"));
                break;
            }
    check_figure_routes(table, experiment, complaints);
}

/// Without one the figure chooses for itself.
static Key scale_key(const char* name, const char* meaning) {
    Key key = keys::choice(name, meaning, {"linear", "log"});
    key.standard.reset();
    return key;
}

std::vector<Key> figure_keys() {
    return {
        keys::text("title", "the figure's title; absent: the experiment's"),
        keys::text_list("observables", "the panels; absent: all that fit"),
        scale_key("x_scale", "scale of the horizontal axis"),
        scale_key("y_scale", "scale of the vertical axis"),
        keys::text("against",
                   "draw the final value of each variant against this key, or the ratio \"key / key\" of "
                   "two, instead "
                   "of time"),
        keys::real_list("window", "with against: average between these two times instead of the final value")
            .at_least(0),
        keys::text("minus", "draw the absolute difference from this route instead of the observables"),
        keys::boolean("convergence", "one more panel: how far single runs are from the theory, against d",
                      false)};
}

}  // namespace hidyn::experiment
