// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hidyn::experiment {

struct Entry;

/// A value of a TOML document together with where it stands. The only view of TOML the rest of the program
/// has.
struct Node {
    enum class Type { boolean, integer, real, text, array, table, unsupported };

    Type type = Type::table;
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0.0;
    std::string text;
    std::vector<Node> items;     ///< of an array
    std::vector<Entry> entries;  ///< of a table, in the file's order
    std::string where;           ///< "plateau.toml:12" or "--set"

    [[nodiscard]] const Node* find(const std::string& key) const;
    /// Follows a dotted path; null if any part is missing.
    [[nodiscard]] const Node* at_path(const std::string& path) const;
    /// The number at a dotted path, if there is one; lists of one number, such as [[1.0]], count as that
    /// number. A path "a / b" is the ratio of two such numbers.
    [[nodiscard]] std::optional<double> number_at(const std::string& path) const;
};

struct Entry {
    std::string key;
    Node value;
};

/// Reads a TOML text; `name` is how messages call it. Throws InputError with line and column.
[[nodiscard]] Node parse_toml(const std::string& text, const std::string& name);
/// Reads "algorithm.learning_rate=0.3", given behind `option`; a value that is not TOML is taken as a text.
/// Throws InputError.
[[nodiscard]] Node parse_override(const std::string& assignment, const std::string& option);
/// Entries of `over` replace or extend those of `base`, table by table.
void merge(Node& base, const Node& over);
/// The document as TOML text, in the file's order, every number to its last bit.
[[nodiscard]] std::string to_toml(const Node& document);
/// A value as it stands behind an equals sign.
[[nodiscard]] std::string value_text(const Node& node);
/// The value in TOML spelling, shortened for messages.
[[nodiscard]] std::string spell(const Node& node);

}  // namespace hidyn::experiment
