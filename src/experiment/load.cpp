// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <set>

#include "claims/claims.hpp"
#include "claims/section.hpp"
#include "core/error.hpp"
#include "core/open_file.hpp"
#include "core/words.hpp"
#include "experiment/experiment.hpp"
#include "experiment/figure_section.hpp"
#include "experiment/section.hpp"
#include "experiment/time_section.hpp"

namespace hidyn::experiment {
namespace {

const std::vector<std::string> top_level{"title",   "paper", "problem", "data",     "algorithm",
                                         "initial", "time",  "routes",  "variants", "claims",
                                         "figure",  "quick", "sweep"};

template <class Kind>
std::vector<std::string> names_of(const std::vector<Kind>& kinds) {
    std::vector<std::string> names;
    names.reserve(kinds.size());
    for (const Kind& kind : kinds) names.push_back(kind.name);
    return names;
}

// The `kind` of a section, as one of the registered kinds; null after a complaint.
template <class Kind>
const Kind* read_kind(const Node& section, const std::string& path, const std::vector<Kind>& kinds,
                      const std::string& what, Complaints& complaints) {
    const Node* kind = section.find("kind");
    const std::vector<std::string> names = names_of(kinds);
    if (kind == nullptr) {
        complaints.add(
            fmt::format("{}: [{}]: kind is missing: {} {}", section.where, path, what, joined(names, ", ")));
        return nullptr;
    }
    for (const Kind& candidate : kinds)
        if (kind->type == Node::Type::text && candidate.name == kind->text) return &candidate;
    complaints.add(fmt::format("{}: {}.kind = {}: {} {}{}", kind->where, path, spell(*kind), what,
                               joined(names, ", "),
                               kind->type == Node::Type::text ? suggestion(kind->text, names) : ""));
    return nullptr;
}

// A name the user chose, as messages show it.
std::string spell(const std::string& name) {
    Node node;
    node.type = Node::Type::text;
    node.text = name;
    return spell(node);
}

const Node* section_of(const Node& document, const std::string& name, const std::string& file, bool required,
                       Complaints& complaints) {
    const Node* section = document.find(name);
    if (section == nullptr) {
        if (required) complaints.add(fmt::format("{}: the section [{}] is missing", file, name));
        return nullptr;
    }
    if (section->type != Node::Type::table) {
        complaints.add(
            fmt::format("{}: {} = {}: must be a section [{}]", section->where, name, spell(*section), name));
        return nullptr;
    }
    return section;
}

// Steps are counted in 64 bits.
void check_steps(const Problem& problem, const Table& table, const RouteInfo& info, const TimeGrid& grid,
                 Complaints& complaints) {
    if (info.d == 0) return;
    const double steps = grid.end() * problem.steps_per_unit_time(static_cast<double>(info.d));
    if (!(steps < 9e18))
        complaints.add(table.complain(
            "d", fmt::format("until t = {} there are {:.3g} steps at d = {}; at most 9e18 can be counted",
                             grid.end(), steps, info.d)));
}

// One entry of [routes] becomes one route, or one per size.
void read_route(const std::string& label, const RouteKind& route_kind, const Table& table,
                const TimeGrid& grid, Variant& variant, Complaints& complaints) {
    RouteInfo info;
    info.label = label;
    info.variant = variant.name;
    info.kind = route_kind.name;
    info.theory = route_kind.theory;
    info.exact_at_d = route_kind.exact_at_d;
    if (table.has("method")) info.method = table.text("method");
    if (table.has("replicas")) info.replicas = static_cast<std::size_t>(table.integer("replicas"));
    if (route_kind.theory) info.replicas = variant.problem->start_replicas();
    if (table.has("seed")) info.seed = static_cast<std::uint64_t>(table.integer("seed"));
    const std::string prefix = variant.name.empty() ? "" : variant.name + ".";
    const std::vector<std::int64_t> sizes =
        table.has("d") ? table.integers("d") : std::vector<std::int64_t>{0};
    for (const std::int64_t size : sizes) {
        RouteInfo one = info;
        one.d = static_cast<std::uint64_t>(size);
        one.name = prefix + label + (size > 0 ? fmt::format("-d{}", size) : "");
        const std::size_t before = complaints.sentences().size();
        check_steps(*variant.problem, table, one, grid, complaints);
        if (complaints.sentences().size() != before) continue;
        if (auto route = route_kind.make({variant.problem, table, std::move(one), grid}, complaints))
            variant.routes.push_back(std::move(route));
    }
}

// The kinds of a list that solve this algorithm.
std::vector<RouteKind> routes_for(const ProblemKind& problem, const std::string& algorithm) {
    std::vector<RouteKind> kinds;
    for (const RouteKind& kind : problem.routes)
        if (kind.algorithms.empty() || std::ranges::find(kind.algorithms, algorithm) != kind.algorithms.end())
            kinds.push_back(kind);
    return kinds;
}

// [data] is about samples that come back; whether there are any is the algorithm's matter.
Table read_data(const Node& document, const AlgorithmKind& learner, const std::string& file,
                Complaints& complaints) {
    const bool needed = std::ranges::any_of(learner.data_keys, &Key::required);
    const Node* section = section_of(document, "data", file, needed, complaints);
    if (section == nullptr)
        return needed || learner.data_keys.empty()
                   ? Table{}
                   : read_section(Node{}, "data", learner.data_keys, {}, complaints);
    if (!learner.data_keys.empty()) return read_section(*section, "data", learner.data_keys, {}, complaints);
    complaints.add(fmt::format("{}: [data]: {} takes a fresh sample at every step and has no data set",
                               section->where, learner.name));
    return {};
}

void count_runs(const Table& route, ProblemTables& tables) {
    if (!route.has("replicas")) return;
    const auto replicas = static_cast<std::size_t>(route.integer("replicas"));
    const auto members = static_cast<std::size_t>(route.has("members") ? route.integer("members") : 1);
    tables.replicas = std::max(tables.replicas, replicas);
    tables.runs = std::max(tables.runs, replicas * members);
}

void read_variant(const std::string& file, const Recording& recording, const Table& time,
                  const Registry& registry, Variant& variant, Complaints& complaints) {
    const Node& document = variant.document;
    const std::size_t before = complaints.sentences().size();
    const Node* problem = section_of(document, "problem", file, true, complaints);
    const Node* algorithm = section_of(document, "algorithm", file, true, complaints);
    const Node* initial = section_of(document, "initial", file, true, complaints);
    const Node* routes = section_of(document, "routes", file, true, complaints);
    if (problem == nullptr) return;
    const ProblemKind* kind =
        read_kind(*problem, "problem", registry.problems, "the problems are", complaints);
    if (kind == nullptr) return;

    ProblemTables tables;
    tables.recording = recording;
    tables.problem_kind = kind->name;
    tables.problem = read_section(*problem, "problem", kind->problem_keys, {"kind"}, complaints);
    if (initial != nullptr)
        tables.initial = read_section(*initial, "initial", kind->initial_keys, {}, complaints);
    const AlgorithmKind* learner = nullptr;
    if (algorithm != nullptr)
        learner = read_kind(*algorithm, "algorithm", kind->algorithms,
                            fmt::format("the algorithms for {} are", kind->name), complaints);
    std::vector<RouteKind> route_kinds;
    if (learner != nullptr) {
        tables.algorithm = read_section(*algorithm, "algorithm", learner->keys, {"kind"}, complaints);
        tables.algorithm_kind = learner->name;
        tables.data = read_data(document, *learner, file, complaints);
        route_kinds = routes_for(*kind, learner->name);
        if (!learner->two_time)
            for (const char* key : {"two_time", "response_at"})
                if (time.given(key))
                    complaints.add(time.complain(key, fmt::format("{} of {} records no two-time functions",
                                                                  learner->name, kind->name)));
    }

    struct RouteSection {
        const std::string* label;
        const RouteKind* kind;
        Table table;
    };
    std::vector<RouteSection> sections;
    if (routes != nullptr) {
        if (routes->entries.empty())
            complaints.add(fmt::format("{}: [routes] is empty: name at least one route, such as [routes.ode]",
                                       routes->where));
        for (const auto& [label, node] : routes->entries) {
            const std::string path = "routes." + label;
            if (const std::string defect = name_defect(label, "/.~"); !defect.empty()) {
                complaints.add(
                    fmt::format("{}: [routes.{}]: a route's name {}", node.where, spell(label), defect));
                continue;
            }
            if (node.type != Node::Type::table) {
                complaints.add(
                    fmt::format("{}: {} = {}: must be a section [{}]", node.where, path, spell(node), path));
                continue;
            }
            if (learner == nullptr) continue;  // which routes there are depends on it
            const RouteKind* route =
                read_kind(node, path, route_kinds,
                          fmt::format("the routes for {} of {} are", learner->name, kind->name), complaints);
            if (route == nullptr) continue;
            sections.push_back({&label, route, read_section(node, path, route->keys, {"kind"}, complaints)});
            count_runs(sections.back().table, tables);
        }
    }
    if (complaints.sentences().size() != before) return;

    variant.problem = learner->make(tables, complaints);
    if (complaints.sentences().size() != before) return;
    const TimeGrid& grid = recording.grid;
    if (grid.times.empty()) return;
    std::set<std::string> taken;
    for (const RouteSection& section : sections)
        read_route(*section.label, *section.kind, section.table, grid, variant, complaints);
    for (const auto& route : variant.routes)
        if (!taken.insert(route->info.name).second)
            complaints.add(fmt::format("{}: [routes]: two routes would both be called \"{}\"; rename one",
                                       routes->where, route->info.name));
}

void check_variant_names(const Node& variants, Complaints& complaints) {
    for (const auto& [name, node] : variants.entries) {
        const std::string path = "variants." + name;
        if (const std::string defect = name_defect(name, "/.~"); !defect.empty())
            complaints.add(
                fmt::format("{}: [variants.{}]: a variant's name {}", node.where, spell(name), defect));
        if (node.type != Node::Type::table) {
            complaints.add(
                fmt::format("{}: {} = {}: must be a section [{}]", node.where, path, spell(node), path));
            continue;
        }
        complain_about_unknown_keys(node, path, {"problem", "data", "algorithm", "initial", "routes"},
                                    complaints);
    }
}

claims::Claim read_claim(const Node& item, Complaints& complaints) {
    const std::size_t before = complaints.sentences().size();
    const Table table = read_section(item, "claims", claims::section_keys(), {}, complaints);
    return complaints.sentences().size() == before ? claims::read(table, complaints) : claims::Claim();
}

void read_claims(const Node& section, Experiment& experiment, Complaints& complaints) {
    if (section.type != Node::Type::array ||
        std::ranges::any_of(section.items, [](const Node& item) { return item.type != Node::Type::table; })) {
        complaints.add(fmt::format("{}: claims: must be written as [[claims]] sections", section.where));
        return;
    }
    for (const Node& item : section.items) {
        const std::size_t before = complaints.sentences().size();
        claims::Claim claim = read_claim(item, complaints);
        if (complaints.sentences().size() == before) experiment.claims.push_back(std::move(claim));
    }
    claims::check(experiment.claims, setting_of(experiment), complaints);
}

std::string read_text(const Node& document, const std::string& key, const std::string& standard,
                      Complaints& complaints) {
    const Node* node = document.find(key);
    if (node == nullptr) return standard;
    if (node->type == Node::Type::text) return node->text;
    complaints.add(fmt::format("{}: {} = {}: must be a text", node->where, key, spell(*node)));
    return standard;
}

/// The section [quick] holds smaller sizes for a first look; taken or not, it is not part of what is run.
void apply_quick(Node& document, const std::string& file, bool quick, Complaints& complaints) {
    const Node* section = section_of(document, "quick", file, false, complaints);
    if (section == nullptr) return;
    complain_about_unknown_keys(*section, "quick",
                                {"problem", "data", "algorithm", "initial", "time", "routes", "variants"},
                                complaints);
    const Node smaller = *section;
    std::erase_if(document.entries, [](const auto& entry) { return entry.key == "quick"; });
    if (quick) merge(document, smaller);
}

}  // namespace

Experiment load_text(const std::string& text, const std::string& name,
                     const std::vector<std::string>& overrides, const Registry& registry, bool quick) {
    Node document = parse_toml(text, name);
    for (const std::string& assignment : overrides) merge(document, parse_override(assignment, "--set"));
    Complaints complaints;
    apply_quick(document, name, quick, complaints);
    complaints.raise();
    std::string as_run = overrides.empty() && !quick ? text : to_toml(document);
    return load_document(std::move(document), std::move(as_run), name, registry);
}

Experiment load_document(Node document, std::string text, const std::string& name, const Registry& registry) {
    Complaints complaints;
    Experiment experiment;
    experiment.text = std::move(text);
    experiment.sweeps =
        std::erase_if(document.entries, [](const Entry& entry) { return entry.key == "sweep"; }) > 0;
    complain_about_unknown_keys(document, "", top_level, complaints);
    experiment.title = read_text(document, "title", standard_name(name), complaints);
    experiment.paper = read_text(document, "paper", "", complaints);
    Recording recording;
    Table time_table;
    if (const Node* time = section_of(document, "time", name, true, complaints))
        recording = read_time(*time, time_table, complaints);
    experiment.grid = recording.grid;
    const Node* variants = section_of(document, "variants", name, false, complaints);
    if (variants != nullptr) check_variant_names(*variants, complaints);

    if (variants == nullptr || variants->entries.empty()) {
        Variant& only = experiment.variants.emplace_back();
        only.document = document;
        read_variant(name, recording, time_table, registry, only, complaints);
    } else {
        for (const auto& [label, over] : variants->entries) {
            Variant& variant = experiment.variants.emplace_back();
            variant.name = label;
            variant.document = document;
            merge(variant.document, over);
            Complaints own;
            read_variant(name, recording, time_table, registry, variant, own);
            // A mistake outside the variants would otherwise be told once per variant.
            for (const std::string& sentence : own.sentences())
                if (std::ranges::find(complaints.sentences(), sentence) == complaints.sentences().end())
                    complaints.add(sentence);
        }
    }
    for (const Variant& variant : experiment.variants)
        if (variant.problem) experiment.grid.unit = variant.problem->time_unit();

    if (const Node* figure = section_of(document, "figure", name, false, complaints))
        check_figure(*figure, experiment, complaints);
    if (const Node* claims = document.find("claims")) read_claims(*claims, experiment, complaints);
    complaints.raise();
    return experiment;
}

namespace {

std::string read_standard_input(std::size_t largest) {
    std::string text(largest, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
    return text;
}

}  // namespace

std::string read_experiment_file(const std::string& path) {
    constexpr std::size_t largest = std::size_t{1} << 24;
    std::string text = path == standard_input ? read_standard_input(largest + 1)
                                              : open_input(path, "experiment file").read(largest + 1, 0);
    if (text.size() > largest)
        throw InputError(fmt::format("{}: is larger than 16 MB, so not an experiment file", path));
    if (text.starts_with("\x89HDF"))
        throw InputError(fmt::format(
            "{}: is an HDF5 file, not an experiment file; results are for hidyn compare and hidyn plot",
            path));
    return text;
}

std::string standard_name(const std::string& path) {
    return path == standard_input ? "experiment" : std::filesystem::path(path).stem().string();
}

Experiment load(const std::string& path, const std::vector<std::string>& overrides, const Registry& registry,
                bool quick) {
    return load_text(read_experiment_file(path), path, overrides, registry, quick);
}

}  // namespace hidyn::experiment
