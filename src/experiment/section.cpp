// SPDX-License-Identifier: MIT
#include "experiment/section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/words.hpp"

namespace hidyn::experiment {
namespace {

std::optional<double> number(const Node& node) {
    if (node.type == Node::Type::integer) return static_cast<double>(node.integer);
    if (node.type == Node::Type::real) return node.real;
    return {};
}

// A whole number; 1e6 counts as one.
std::optional<std::int64_t> whole(const Node& node) {
    if (node.type == Node::Type::integer) return node.integer;
    if (node.type == Node::Type::real && std::abs(node.real) < 9e18 && node.real == std::floor(node.real))
        return static_cast<std::int64_t>(node.real);
    return {};
}

std::optional<RealList> real_list(const Node& node, const Range& range) {
    if (node.type != Node::Type::array) return {};
    RealList list;
    for (const Node& item : node.items) {
        const std::optional<double> value = number(item);
        if (!value || !range.holds(*value)) return {};
        list.push_back(*value);
    }
    return list;
}

std::optional<Value> read_integers(const Node& node, const Key& key) {
    std::vector<std::int64_t> list;
    const std::vector<Node> items = node.type == Node::Type::array ? node.items : std::vector<Node>{node};
    for (const Node& item : items) {
        const std::optional<std::int64_t> value = whole(item);
        if (!value || !key.range.holds(static_cast<double>(*value))) return {};
        list.push_back(*value);
    }
    if (list.empty() || std::set<std::int64_t>(list.begin(), list.end()).size() != list.size()) return {};
    return list;
}

std::optional<Value> read_matrix(const Node& node, const Key& key) {
    if (node.type != Node::Type::array || node.items.empty()) return {};
    RealMatrix matrix;
    for (const Node& item : node.items) {
        std::optional<RealList> row = real_list(item, key.range);
        if (!row || row->empty() || (!matrix.empty() && row->size() != matrix.front().size())) return {};
        matrix.push_back(std::move(*row));
    }
    return matrix;
}

std::optional<Value> read_function(const Node& node, const Key& key) {
    if (node.type == Node::Type::text) {
        if (std::ranges::find(key.choices, node.text) == key.choices.end()) return {};
        return FunctionText{node.text, false};
    }
    const Node* expression = node.find("expression");
    if (node.type != Node::Type::table || node.entries.size() != 1 || expression == nullptr ||
        expression->type != Node::Type::text)
        return {};
    return FunctionText{expression->text, true};
}

std::optional<Value> read_sample_count(const Node& node) {
    if (const std::optional<std::int64_t> value = whole(node))
        return *value >= 1 ? std::optional<Value>(SampleCount{.number = *value}) : std::nullopt;
    if (node.type != Node::Type::table || node.entries.size() != 1) return {};
    const std::optional<double> value = number(node.entries.front().value);
    if (!value) return {};
    if (node.entries.front().key == "power" && *value >= 0.0 && *value < 1.0)
        return SampleCount{.power = value};
    if (node.entries.front().key == "fraction" && *value > 0.0 && *value <= 1.0)
        return SampleCount{.fraction = value};
    return {};
}

std::optional<Value> read_value(const Node& node, const Key& key) {
    switch (key.type) {
        case KeyType::boolean:
            return node.type == Node::Type::boolean ? std::optional<Value>(node.boolean) : std::nullopt;
        case KeyType::integer: {
            const std::optional<std::int64_t> value = whole(node);
            return value && key.range.holds(static_cast<double>(*value)) ? std::optional<Value>(*value)
                                                                         : std::nullopt;
        }
        case KeyType::real: {
            const std::optional<double> value = number(node);
            return value && key.range.holds(*value) ? std::optional<Value>(*value) : std::nullopt;
        }
        case KeyType::text:
            return node.type == Node::Type::text ? std::optional<Value>(node.text) : std::nullopt;
        case KeyType::choice:
            return node.type == Node::Type::text &&
                           std::ranges::find(key.choices, node.text) != key.choices.end()
                       ? std::optional<Value>(node.text)
                       : std::nullopt;
        case KeyType::integer_or_list:
            return read_integers(node, key);
        case KeyType::real_list: {
            std::optional<RealList> list = real_list(node, key.range);
            return list ? std::optional<Value>(std::move(*list)) : std::nullopt;
        }
        case KeyType::text_list: {
            if (node.type != Node::Type::array) return {};
            std::vector<std::string> list;
            for (const Node& item : node.items) {
                if (item.type != Node::Type::text) return {};
                list.push_back(item.text);
            }
            return list;
        }
        case KeyType::matrix:
            return read_matrix(node, key);
        case KeyType::function:
            return read_function(node, key);
        case KeyType::sample_count:
            return read_sample_count(node);
    }
    return {};
}

}  // namespace

void complain_about_unknown_keys(const Node& section, const std::string& path,
                                 const std::vector<std::string>& known, Complaints& complaints) {
    for (const auto& [name, node] : section.entries)
        if (std::ranges::find(known, name) == known.end())
            complaints.add(fmt::format("{}: {}{}{}: unknown key; {} {}{}", node.where, path,
                                       path.empty() ? "" : ".", name,
                                       path.empty() ? "the file may hold" : "this section may hold",
                                       joined(known, ", "), suggestion(name, known)));
}

Table read_section(const Node& section, const std::string& path, const std::vector<Key>& keys,
                   const std::vector<std::string>& also, Complaints& complaints) {
    Table table;
    table.set_place(fmt::format("{}: [{}]", section.where, path));
    std::vector<std::string> known = also;
    for (const Key& key : keys) known.push_back(key.name);
    complain_about_unknown_keys(section, path, known, complaints);

    for (const Key& key : keys) {
        const Node* node = section.find(key.name);
        if (node == nullptr) {
            if (key.required)
                complaints.add(fmt::format("{}: {} is missing: {} ({})", table.place(), key.name,
                                           allowed(key), key.meaning));
            if (key.standard) table.set(key.name, {*key.standard, false, "", ""});
            continue;
        }
        const std::string where = fmt::format("{}: {}.{}", node->where, path, key.name);
        if (std::optional<Value> value = read_value(*node, key)) {
            table.set(key.name, {std::move(*value), true, where, spell(*node)});
            continue;
        }
        const std::string hint = node->type == Node::Type::text ? suggestion(node->text, key.choices) : "";
        complaints.add(fmt::format("{} = {}: must be {}{}", where, spell(*node), allowed(key), hint));
        if (key.standard) table.set(key.name, {*key.standard, false, "", ""});
    }
    return table;
}

}  // namespace hidyn::experiment
