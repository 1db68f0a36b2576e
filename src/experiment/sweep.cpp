// SPDX-License-Identifier: MIT
#include "experiment/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <sstream>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/keys.hpp"
#include "experiment/section.hpp"

namespace hidyn::experiment {
namespace {

constexpr std::size_t most_points = 1'000'000;
const std::vector<std::string> sections{"problem", "data",   "algorithm", "initial",
                                        "time",    "routes", "variants"};

std::vector<std::string> parts_of(const std::string& path) {
    std::vector<std::string> parts;
    std::istringstream stream(path);
    for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
    return parts;
}

void set_at_path(Node& document, const std::string& path, const Node& value) {
    Node* node = &document;
    for (const std::string& part : parts_of(path)) {
        const auto found = std::ranges::find(node->entries, part, &Entry::key);
        if (found == node->entries.end()) {
            node->type = Node::Type::table;
            node->entries.push_back({.key = part, .value = {}});
            node->entries.back().value.where = value.where;
            node = &node->entries.back().value;
        } else {
            node = &found->value;
        }
    }
    *node = value;
}

bool is_range(const Node& table) {
    return table.find("from") != nullptr || table.find("to") != nullptr || table.find("points") != nullptr;
}

std::vector<Node> values_of_range(const Node& node, const std::string& path, Complaints& complaints) {
    const std::size_t before = complaints.sentences().size();
    const Table table = read_section(node, "sweep." + path, range_keys(), {}, complaints);
    if (complaints.sentences().size() != before) return {};
    const double from = table.real("from");
    const double to = table.real("to");
    const std::int64_t points = table.integer("points");
    const bool logarithmic = table.text("spacing") == "log";
    if (logarithmic && !(from > 0.0 && to > 0.0)) {
        complaints.add(fmt::format("{}: sweep.{}: a range with spacing = \"log\" needs from and to above 0",
                                   node.where, path));
        return {};
    }
    const auto whole_number = [](const Node* end) { return end->type == Node::Type::integer; };
    bool whole = table.boolean("whole");
    if (!logarithmic && whole_number(node.find("from")) && whole_number(node.find("to")))
        whole = whole || points == 1 || std::fmod(to - from, static_cast<double>(points - 1)) == 0.0;
    std::vector<Node> values;
    for (std::int64_t index = 0; index < points; ++index) {
        const double share = points == 1 ? 0.0 : static_cast<double>(index) / static_cast<double>(points - 1);
        double value = logarithmic ? from * std::pow(to / from, share) : from + (to - from) * share;
        if (index + 1 == points && points > 1) value = to;
        // 0.30000000000000004 is nobody's wish.
        if (std::stod(fmt::format("{:.14g}", value)) != value && index > 0 && index + 1 < points)
            value = std::stod(fmt::format("{:.14g}", value));
        Node one;
        one.where = node.where;
        one.type = whole ? Node::Type::integer : Node::Type::real;
        one.real = value;
        one.integer = std::llround(value);
        values.push_back(one);
    }
    return values;
}

std::vector<Node> values_of(const Node& node, const std::string& path, Complaints& complaints) {
    if (node.type == Node::Type::table) return values_of_range(node, path, complaints);
    if (node.type == Node::Type::array && !node.items.empty()) return node.items;
    complaints.add(
        fmt::format("{}: sweep.{} = {}: must be a list of values or a range such as "
                    "{{ from = 0.1, to = 10, points = 7, spacing = \"log\" }}",
                    node.where, path, spell(node)));
    return {};
}

void read_keys(const Node& table, const std::string& prefix, std::vector<SweepKey>& keys,
               Complaints& complaints) {
    for (const auto& [name, node] : table.entries) {
        if (prefix.empty() && name == "zip") continue;
        const std::string path = prefix.empty() ? name : fmt::format("{}.{}", prefix, name);
        if (node.type == Node::Type::table && !is_range(node)) {
            read_keys(node, path, keys, complaints);
            continue;
        }
        std::vector<Node> values = values_of(node, path, complaints);
        std::set<std::string> seen;
        for (const Node& value : values)
            if (!seen.insert(value_text(value)).second)
                complaints.add(
                    fmt::format("{}: sweep.{}: the value {} comes twice", node.where, path, spell(value)));
        if (!values.empty()) keys.push_back({path, std::move(values)});
    }
}

/// The keys a group of [sweep] zip names, taken out of `keys`.
std::optional<SweepAxis> zipped(const Node& group, std::vector<SweepKey>& keys, Complaints& complaints) {
    SweepAxis axis;
    for (const Node& item : group.items) {
        const auto found = std::ranges::find(keys, item.text, &SweepKey::path);
        if (item.type != Node::Type::text || found == keys.end()) {
            std::vector<std::string> names;
            names.reserve(keys.size());
            for (const SweepKey& key : keys) names.push_back(key.path);
            complaints.add(fmt::format("{}: sweep.zip: {} is not a key of [sweep] that is still free{}",
                                       group.where, spell(item), suggestion(item.text, names)));
            return {};
        }
        axis.keys.push_back(std::move(*found));
        keys.erase(found);
    }
    for (const SweepKey& key : axis.keys)
        if (key.values.size() != axis.size()) {
            complaints.add(
                fmt::format("{}: sweep.zip: keys that move together need as many values each, but {} has {} "
                            "and {} has {}",
                            group.where, axis.keys.front().path, axis.size(), key.path, key.values.size()));
            return {};
        }
    return axis;
}

std::vector<SweepAxis> read_axes(const Node& section, Complaints& complaints) {
    complain_about_unknown_keys(
        section, "sweep",
        [] {
            std::vector<std::string> known = sections;
            known.emplace_back("zip");
            return known;
        }(),
        complaints);
    std::vector<SweepKey> keys;
    read_keys(section, "", keys, complaints);
    if (!complaints.sentences().empty()) return {};
    std::vector<SweepKey> free = keys;
    std::vector<SweepAxis> together;
    if (const Node* zip = section.find("zip")) {
        const bool groups =
            zip->type == Node::Type::array && std::ranges::all_of(zip->items, [](const Node& group) {
                return group.type == Node::Type::array && group.items.size() > 1;
            });
        if (!groups)
            complaints.add(
                fmt::format("{}: sweep.zip = {}: must be a list of groups of keys, such as "
                            "[[\"algorithm.learning_rate\", \"problem.label_noise\"]]",
                            zip->where, spell(*zip)));
        else
            for (const Node& group : zip->items)
                if (std::optional<SweepAxis> axis = zipped(group, free, complaints))
                    together.push_back(std::move(*axis));
    }
    // An axis stands where its first key does.
    std::vector<SweepAxis> axes;
    for (const SweepKey& key : keys) {
        if (std::ranges::find(free, key.path, &SweepKey::path) != free.end()) axes.push_back({{key}});
        for (const SweepAxis& axis : together)
            if (axis.keys.front().path == key.path) axes.push_back(axis);
    }
    return axes;
}

void check_axes(const Sweep& sweep, const std::vector<std::string>& overrides, Complaints& complaints) {
    const Node* variants = sweep.document.find("variants");
    for (const SweepAxis& axis : sweep.axes)
        for (const SweepKey& key : axis.keys) {
            if (parts_of(key.path).size() < 2)
                complaints.add(fmt::format("{}: sweep.{}: name a key of that section, such as {}.kind",
                                           sweep.name, key.path, key.path));
            if (variants != nullptr)
                for (const auto& [name, variant] : variants->entries)
                    if (variant.at_path(key.path) != nullptr)
                        complaints.add(
                            fmt::format("{}: sweep.{}: the variant {} sets it too; sweep variants.{}.{} or "
                                        "leave one out",
                                        sweep.name, key.path, name, name, key.path));
            for (const std::string& assignment : overrides)
                if (assignment.starts_with(key.path + "="))
                    complaints.add(
                        fmt::format("--set {}: [sweep] varies it; give --sweep {}=[...] to vary it "
                                    "otherwise",
                                    assignment, key.path));
        }
    double product = 1.0;
    for (const SweepAxis& axis : sweep.axes) product *= static_cast<double>(axis.size());
    if (product > static_cast<double>(most_points))
        complaints.add(fmt::format("{}: [sweep] has {:.3g} points; at most {} can be run", sweep.name,
                                   product, most_points));
}

}  // namespace

std::vector<Key> range_keys() {
    return {keys::real("from", "first value").needed(), keys::real("to", "last value").needed(),
            keys::integer("points", "number of values").at_least(1).at_most(most_points).needed(),
            keys::choice("spacing", "equal differences or equal ratios", {"linear", "log"}),
            keys::boolean("whole", "rounded to whole numbers, for keys that count", false)};
}

std::size_t Sweep::points() const {
    std::size_t product = 1;
    for (const SweepAxis& axis : axes) product *= axis.size();
    return product;
}

std::vector<std::size_t> Sweep::places(std::size_t point) const {
    std::vector<std::size_t> all(axes.size());
    for (std::size_t axis = axes.size(); axis-- > 0;) {
        all[axis] = point % axes[axis].size();
        point /= axes[axis].size();
    }
    return all;
}

Node Sweep::document_at(std::size_t point) const {
    Node made = document;
    const std::vector<std::size_t> place = places(point);
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
        for (const SweepKey& key : axes[axis].keys) set_at_path(made, key.path, key.values[place[axis]]);
    return made;
}

std::string Sweep::short_name(const std::string& path) const {
    const std::vector<std::string> parts = parts_of(path);
    std::size_t alike = 0;
    for (const SweepAxis& axis : axes)
        for (const SweepKey& key : axis.keys) alike += parts_of(key.path).back() == parts.back() ? 1 : 0;
    return alike > 1 ? fmt::format("{}.{}", parts[parts.size() - 2], parts.back()) : parts.back();
}

std::string Sweep::file_stem(std::size_t point) const {
    constexpr std::size_t longest = 100;
    std::string readable;
    const std::vector<std::size_t> place = places(point);
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
        for (const SweepKey& key : axes[axis].keys)
            readable += fmt::format("{}{}={}", readable.empty() ? "" : ",", short_name(key.path),
                                    value_text(key.values[place[axis]]));
    std::string safe;
    for (const char letter : readable.substr(0, longest)) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') ||
                           std::string("=,.+-_").find(letter) != std::string::npos;
        if (plain) safe += letter;
    }
    return fmt::format("{}-{:012x}", safe, fnv1a(text_at(point)) & 0xffffffffffffULL);
}

Sweep load_sweep_text(const std::string& text, const std::string& name,
                      const std::vector<std::string>& overrides, const std::vector<std::string>& axes) {
    Sweep sweep;
    sweep.name = name;
    Node document = parse_toml(text, name);
    for (const std::string& assignment : overrides) merge(document, parse_override(assignment, "--set"));
    Node section;
    if (const Node* given = document.find("sweep")) section = *given;
    if (section.type != Node::Type::table)
        throw InputError(
            fmt::format("{}: sweep = {}: must be a section [sweep]", section.where, spell(section)));
    // An axis is given as a whole: a range must not take its spacing from the one it replaces.
    for (const std::string& assignment : axes) {
        const Node given = parse_override(assignment, "--sweep");
        const std::string path = assignment.substr(0, assignment.find_first_of(" =\t"));
        if (const Node* values = given.at_path(path))
            set_at_path(section, path, *values);
        else
            merge(section, given);  // a quoted key
    }
    for (const char* key : {"sweep", "quick"})
        std::erase_if(document.entries, [&](const Entry& entry) { return entry.key == key; });
    sweep.document = document;
    if (section.entries.empty())
        throw InputError(
            fmt::format("{}: there is nothing to sweep: give a section [sweep], or --sweep KEY=[...]", name));
    Complaints complaints;
    sweep.axes = read_axes(section, complaints);
    if (complaints.sentences().empty()) check_axes(sweep, overrides, complaints);
    complaints.raise();
    document.entries.push_back({.key = "sweep", .value = section});
    sweep.text = to_toml(document);
    return sweep;
}

Sweep load_sweep(const std::string& path, const std::vector<std::string>& overrides,
                 const std::vector<std::string>& axes) {
    return load_sweep_text(read_experiment_file(path), path, overrides, axes);
}

}  // namespace hidyn::experiment
