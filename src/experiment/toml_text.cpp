// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiment/document.hpp"

namespace hidyn::experiment {
namespace {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            out += fmt::format("\\{}", letter);
        else if (letter == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f)
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(letter));
        else
            out += letter;
    }
    return out + "\"";
}

std::string key_text(const std::string& key) {
    const bool bare = !key.empty() && std::ranges::all_of(key, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    });
    return bare ? key : quoted(key);
}

// The shortest decimal that reads back to the same bits, and never looks like a whole number.
std::string real_text(double value) {
    if (std::isnan(value)) return "nan";
    const std::string text = fmt::format("{}", value);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

bool is_array_of_tables(const Node& node) {
    return node.type == Node::Type::array && !node.items.empty() &&
           std::ranges::all_of(node.items, [](const Node& item) { return item.type == Node::Type::table; });
}

// A table that holds nothing but tables is declared by them.
bool needs_header(const Node& table) {
    return table.entries.empty() || std::ranges::any_of(table.entries, [](const auto& entry) {
               return entry.value.type != Node::Type::table && !is_array_of_tables(entry.value);
           });
}

void write_table(const Node& table, const std::string& path, std::string& out) {
    for (const auto& [key, node] : table.entries)
        if (node.type != Node::Type::table && !is_array_of_tables(node))
            out += fmt::format("{} = {}\n", key_text(key), value_text(node));
    for (const auto& [key, node] : table.entries) {
        const std::string name = path.empty() ? key_text(key) : path + "." + key_text(key);
        if (node.type == Node::Type::table) {
            if (needs_header(node)) out += fmt::format("\n[{}]\n", name);
            write_table(node, name, out);
        } else if (is_array_of_tables(node)) {
            for (const Node& item : node.items) {
                out += fmt::format("\n[[{}]]\n", name);
                write_table(item, name, out);
            }
        }
    }
}

}  // namespace

std::string value_text(const Node& node) {
    std::string inside;
    switch (node.type) {
        case Node::Type::boolean:
            return node.boolean ? "true" : "false";
        case Node::Type::integer:
            return fmt::format("{}", node.integer);
        case Node::Type::real:
            return real_text(node.real);
        case Node::Type::text:
            return quoted(node.text);
        case Node::Type::array:
            for (const Node& item : node.items) inside += (inside.empty() ? "" : ", ") + value_text(item);
            return "[" + inside + "]";
        case Node::Type::table:
            for (const auto& [key, value] : node.entries)
                inside +=
                    fmt::format("{}{} = {}", inside.empty() ? "" : ", ", key_text(key), value_text(value));
            return inside.empty() ? "{}" : "{ " + inside + " }";
        case Node::Type::unsupported:
            return "a date or time";
    }
    return "";
}

std::string to_toml(const Node& document) {
    std::string text;
    write_table(document, "", text);
    return text;
}

std::string spell(const Node& node) {
    constexpr std::size_t longest = 60;
    std::string text = value_text(node);
    if (text.size() <= longest) return text;
    std::size_t end = longest - 3;
    // Not within a character of several bytes.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return text.substr(0, end) + "...";
}

}  // namespace hidyn::experiment
