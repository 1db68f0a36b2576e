// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "claims/section.hpp"
#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "core/error.hpp"
#include "core/words.hpp"
#include "experiment/experiment.hpp"
#include "experiment/section.hpp"
#include "registry.hpp"

namespace hidyn::cli {
namespace {

using nlohmann::ordered_json;

struct Section {
    std::string title;
    std::vector<Key> keys;
};

/// What a name stands for: a text, the keys of some sections, observables.
struct Description {
    std::string name;
    std::string text;
    std::vector<Section> sections;
    std::vector<Observable> observables;
};

std::string axes_of(const Observable& observable) {
    std::vector<std::string> names;
    for (const Dimension& dimension : observable.dimensions) names.push_back(dimension.name);
    return names.empty() ? "a number" : joined(names, " x ");
}

// "", or the algorithms a route is confined to.
std::string confinement(const RouteKind& route) {
    return route.algorithms.empty() ? "" : fmt::format("  (algorithms {})", joined(route.algorithms, ", "));
}

Description describe_problem(const ProblemKind& problem) {
    Description description{
        problem.name, problem.summary + "\n\n" + problem.mathematics, {}, problem.observables};
    description.text += "\n\nRoutes\n";
    for (const RouteKind& route : problem.routes)
        description.text += fmt::format("  {:<14} {}{}\n", route.name, route.summary, confinement(route));
    description.sections.push_back(
        {fmt::format("[problem] kind = \"{}\"", problem.name), problem.problem_keys});
    bool has_data = false;
    for (const AlgorithmKind& algorithm : problem.algorithms) {
        description.sections.push_back(
            {fmt::format("[algorithm] kind = \"{}\"", algorithm.name), algorithm.keys});
        if (!algorithm.data_keys.empty() && !has_data)
            description.sections.push_back({"[data]", algorithm.data_keys});
        has_data |= !algorithm.data_keys.empty();
    }
    description.sections.push_back({"[initial]", problem.initial_keys});
    for (const RouteKind& route : problem.routes)
        description.sections.push_back(
            {fmt::format("[routes.NAME] kind = \"{}\"{}", route.name, confinement(route)), route.keys});
    return description;
}

Description describe_paper(const Paper& paper) {
    Description description{paper.id, paper.title + "\n" + paper.citation + "\n\nFigures\n", {}, {}};
    for (const Paper::Figure& figure : paper.figures)
        description.text += fmt::format(
            "  {}\n    {}\n", (paper.folder / figure.file).lexically_normal().string(), figure.shows);
    return description;
}

std::vector<Description> everything() {
    std::vector<Description> all;
    for (const ProblemKind& problem : registry().problems) all.push_back(describe_problem(problem));
    for (const ProblemKind& problem : registry().problems) {
        for (const AlgorithmKind& algorithm : problem.algorithms)
            all.push_back(
                {algorithm.name,
                 algorithm.summary,
                 {{fmt::format("[algorithm] kind = \"{}\"  (problem {})", algorithm.name, problem.name),
                   algorithm.keys}},
                 {}});
        for (const RouteKind& route : problem.routes)
            all.push_back({route.name,
                           fmt::format("{}\nSource: {}", route.summary, route.source),
                           {{fmt::format("[routes.NAME] kind = \"{}\"  (problem {}){}", route.name,
                                         problem.name, confinement(route)),
                             route.keys}},
                           {}});
        for (const Observable& observable : problem.observables)
            all.push_back({observable.name, observable.long_name, {}, {observable}});
    }
    all.push_back(
        {"time", "The times at which every route reports.", {{"[time]", experiment::time_keys()}}, {}});
    all.push_back({"figure",
                   "How `hidyn plot` draws the results; everything is optional.",
                   {{"[figure]", experiment::figure_keys()}},
                   {}});
    all.push_back({"claims",
                   "What a paper predicts, checked by `hidyn run` (exit code 1 if one fails).",
                   {{"[[claims]]", claims::section_keys()}},
                   {}});
    all.push_back(
        {"sweep",
         "Keys that `hidyn sweep` varies, by their dotted names: KEY = [values] or KEY = { a range }. Every "
         "point of their product is run; zip = [[\"KEY\", \"KEY\"]] lets keys move together.",
         {{"[sweep] KEY = { ... }", experiment::range_keys()}},
         {}});
    for (const Paper& paper : papers()) all.push_back(describe_paper(paper));
    return all;
}

// Problems share the names of routes, algorithms and observables: one name, one description.
std::vector<Description> merged(std::vector<Description> all) {
    std::vector<Description> distinct;
    for (Description& next : all) {
        const auto same = std::ranges::find(distinct, next.name, &Description::name);
        if (same == distinct.end()) {
            distinct.push_back(std::move(next));
            continue;
        }
        if (same->text.find(next.text) == std::string::npos) same->text += "\n\n" + next.text;
        same->sections.insert(same->sections.end(), next.sections.begin(), next.sections.end());
        for (const Observable& observable : next.observables)
            if (std::ranges::find(same->observables, observable) == same->observables.end())
                same->observables.push_back(observable);
    }
    return distinct;
}

void print(const Description& description) {
    fmt::print("{}\n\n{}\n", description.name, description.text);
    for (const Section& section : description.sections) {
        fmt::print("\n{}\n", section.title);
        for (const Key& key : section.keys) {
            const std::string standard = key.required   ? "required"
                                         : key.standard ? "standard " + hidyn::spell(*key.standard)
                                                        : "optional";
            fmt::print("  {:<28} {}{}\n  {:<28}   {}; {}\n", key.name, key.meaning,
                       key.symbol.empty() ? "" : "  [" + key.symbol + "]", "", allowed(key), standard);
        }
    }
    if (!description.observables.empty()) fmt::print("\nObservables\n");
    for (const Observable& observable : description.observables)
        fmt::print("  {:<28} {}  [{}]\n  {:<28}   {}; {}\n", observable.name, observable.long_name,
                   observable.symbol, "", observable.normalization, axes_of(observable));
}

ordered_json as_json(const Description& description) {
    ordered_json json{{"name", description.name}, {"text", description.text}};
    for (const Section& section : description.sections)
        for (const Key& key : section.keys)
            json["sections"][section.title].push_back(
                {{"key", key.name},
                 {"meaning", key.meaning},
                 {"symbol", key.symbol},
                 {"allowed", allowed(key)},
                 {"required", key.required},
                 {"standard",
                  key.standard ? ordered_json(hidyn::spell(*key.standard)) : ordered_json(nullptr)}});
    for (const Observable& observable : description.observables)
        json["observables"].push_back({{"name", observable.name},
                                       {"long_name", observable.long_name},
                                       {"symbol", observable.symbol},
                                       {"normalization", observable.normalization},
                                       {"axes", axes_of(observable)}});
    return json;
}

}  // namespace

ordered_json described() {
    ordered_json json = ordered_json::array();
    for (const Description& description : merged(everything())) json.push_back(as_json(description));
    return json;
}

std::vector<std::string> describable_names() {
    std::vector<std::string> names;
    for (const Description& description : merged(everything())) names.push_back(description.name);
    return names;
}

int describe(const DescribeArguments& arguments) {
    for (const Description& description : merged(everything())) {
        if (description.name == arguments.name) {
            if (arguments.json)
                fmt::print("{}\n", as_json(description).dump(2));
            else
                print(description);
            return exit_code::done;
        }
    }
    const std::vector<std::string> names = describable_names();
    throw InputError(fmt::format("describe {}: there is nothing of that name; there are {}{}", arguments.name,
                                 joined(names, ", "), suggestion(arguments.name, names)));
}

}  // namespace hidyn::cli
