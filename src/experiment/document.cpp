// SPDX-License-Identifier: MIT
#include "experiment/document.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <sstream>
#include <string_view>

#include "core/error.hpp"

namespace hidyn::experiment {
namespace {

Node convert(const toml::node& source, const std::string& name, bool with_lines) {
    Node node;
    node.where = with_lines ? fmt::format("{}:{}", name, source.source().begin.line) : name;
    if (const auto* boolean = source.as_boolean()) {
        node.type = Node::Type::boolean;
        node.boolean = boolean->get();
    } else if (const auto* integer = source.as_integer()) {
        node.type = Node::Type::integer;
        node.integer = integer->get();
    } else if (const auto* real = source.as_floating_point()) {
        node.type = Node::Type::real;
        node.real = real->get();
    } else if (const auto* text = source.as_string()) {
        node.type = Node::Type::text;
        node.text = text->get();
    } else if (const auto* array = source.as_array()) {
        node.type = Node::Type::array;
        for (const toml::node& item : *array) node.items.push_back(convert(item, name, with_lines));
    } else if (const auto* table = source.as_table()) {
        node.type = Node::Type::table;
        // toml++ keeps a table sorted by key; the user's order is that of the lines.
        std::vector<std::pair<toml::source_position, std::pair<std::string, const toml::node*>>> order;
        for (const auto& [key, value] : *table)
            order.push_back({key.source().begin, {std::string(key.str()), &value}});
        if (with_lines)
            std::ranges::stable_sort(order, [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [position, entry] : order)
            node.entries.push_back({.key = entry.first, .value = convert(*entry.second, name, with_lines)});
    } else {
        node.type = Node::Type::unsupported;
    }
    return node;
}

// toml++ bounds the depth of nested values but not of dotted keys, and follows both by recursion.
void refuse_deep_keys(const std::string& text, const std::string& name) {
    constexpr int deepest = 1000;
    int dots = 0;
    std::size_t line = 1;
    for (const char letter : text) {
        if (letter == '\n') ++line;
        if (letter == '.')
            ++dots;
        else if (std::string_view("=,{\n").find(letter) != std::string_view::npos)
            dots = 0;
        if (dots > deepest)
            throw InputError(fmt::format(
                "{}:{}: a key of more than {} parts; there are none of more than five", name, line, deepest));
    }
}

Node parse(const std::string& text, const std::string& name, bool with_lines) {
    refuse_deep_keys(text, name);
    try {
        const toml::table table = toml::parse(text);
        return convert(table, name, with_lines);
    } catch (const toml::parse_error& error) {
        const toml::source_position position = error.source().begin;
        throw InputError(fmt::format("{}:{}: column {}: not valid TOML: {}", name, position.line,
                                     position.column, error.description()));
    }
}

}  // namespace

const Node* Node::find(const std::string& key) const {
    for (const auto& [name, node] : entries)
        if (name == key) return &node;
    return nullptr;
}

const Node* Node::at_path(const std::string& path) const {
    const Node* node = this;
    std::istringstream parts(path);
    for (std::string part; node != nullptr && std::getline(parts, part, '.');) node = node->find(part);
    return node;
}

std::optional<double> Node::number_at(const std::string& path) const {
    if (const std::size_t slash = path.find(" / "); slash != std::string::npos) {
        const std::optional<double> above = number_at(path.substr(0, slash));
        const std::optional<double> below = number_at(path.substr(slash + 3));
        if (!above || !below || *below == 0.0) return {};
        return *above / *below;
    }
    const Node* node = at_path(path);
    while (node != nullptr && node->type == Type::array && node->items.size() == 1)
        node = &node->items.front();
    if (node == nullptr) return {};
    if (node->type == Type::integer) return static_cast<double>(node->integer);
    if (node->type == Type::real) return node->real;
    return {};
}

Node parse_toml(const std::string& text, const std::string& name) {
    return parse(text, name, true);
}

Node parse_override(const std::string& assignment, const std::string& option) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        throw InputError(fmt::format("{} {}: expected KEY=VALUE, such as {} algorithm.learning_rate=0.3",
                                     option, assignment, option));
    const std::string key = assignment.substr(0, equals);
    const std::string value = assignment.substr(equals + 1);
    try {
        return parse(fmt::format("{} = {}", key, value), option, false);
    } catch (const InputError&) {
        // A bare word is a text: --set problem.activation=relu.
        Node text;
        text.type = Node::Type::text;
        text.text = value;
        text.where = option;
        Node node;
        try {
            node = parse(fmt::format("{} = 0", key), option, false);
        } catch (const InputError&) {
            throw InputError(fmt::format("{} {}: \"{}\" is not a key such as algorithm.learning_rate", option,
                                         assignment, key));
        }
        Node* leaf = &node;
        while (leaf->type == Node::Type::table && !leaf->entries.empty()) leaf = &leaf->entries.front().value;
        *leaf = text;
        return node;
    }
}

void merge(Node& base, const Node& over) {
    for (const auto& [key, value] : over.entries) {
        Node* existing = nullptr;
        for (auto& [name, node] : base.entries)
            if (name == key) existing = &node;
        if (existing == nullptr)
            base.entries.push_back({.key = key, .value = value});
        else if (existing->type == Node::Type::table && value.type == Node::Type::table)
            merge(*existing, value);
        else
            *existing = value;
    }
}

}  // namespace hidyn::experiment
