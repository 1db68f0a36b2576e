#include "experiment/section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/words.hpp"

namespace hidyn::experiment {
namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

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

bool in_range(double value, const Range& range) {
    if (!std::isfinite(value)) return false;
    if (range.minimum && (range.above_minimum ? value <= *range.minimum : value < *range.minimum))
        return false;
    return !range.maximum || value <= *range.maximum;
}

std::optional<RealList> real_list(const Node& node, const Range& range) {
    if (node.type != Node::Type::array) return {};
    RealList list;
    for (const Node& item : node.items) {
        const std::optional<double> value = number(item);
        if (!value || !in_range(*value, range)) return {};
        list.push_back(*value);
    }
    return list;
}

std::optional<Value> read_integers(const Node& node, const Key& key) {
    std::vector<std::int64_t> list;
    const std::vector<Node> items = node.type == Node::Type::array ? node.items : std::vector<Node>{node};
    for (const Node& item : items) {
        const std::optional<std::int64_t> value = whole(item);
        if (!value || !in_range(static_cast<double>(*value), key.range)) return {};
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
            return value && in_range(static_cast<double>(*value), key.range) ? std::optional<Value>(*value)
                                                                             : std::nullopt;
        }
        case KeyType::real: {
            const std::optional<double> value = number(node);
            return value && in_range(*value, key.range) ? std::optional<Value>(*value) : std::nullopt;
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

std::string name_defect(const std::string& name, const std::string& forbidden) {
    constexpr std::size_t longest = 100;
    if (name.empty() || name.find_first_not_of(" .") == std::string::npos) return "must not be empty";
    if (name.size() > longest) return fmt::format("must not be longer than {} bytes", longest);
    if (std::ranges::any_of(name, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; }))
        return "must be a single line";
    if (name.find_first_of(forbidden) == std::string::npos) return "";
    std::string list;
    for (std::size_t index = 0; index < forbidden.size(); ++index)
        list += fmt::format("{}\"{}\"",
                            index == 0                      ? ""
                            : index + 1 == forbidden.size() ? " or "
                                                            : ", ",
                            forbidden[index]);
    return "must not contain " + list;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
    const std::string* best = nullptr;
    // "lin" means "linear", though "log" is nearer in spelling.
    if (word.size() > 1)
        for (const std::string& candidate : candidates)
            if (candidate.starts_with(word)) return fmt::format("; did you mean \"{}\"?", candidate);
    std::size_t smallest = 1 + std::max<std::size_t>(2, word.size() / 3);
    for (const std::string& candidate : candidates)
        if (const std::size_t distance = edit_distance(word, candidate); distance < smallest) {
            smallest = distance;
            best = &candidate;
        }
    return best == nullptr ? "" : fmt::format("; did you mean \"{}\"?", *best);
}

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
