// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hidyn {

/// A function given by name ("erf") or as a formula in z ({ expression = "z^3 - 3*z" }).
struct FunctionText {
    std::string text;
    bool is_expression = false;
};

/// A number of samples: given outright, as a power of the data set's size n, or as a fraction of it.
struct SampleCount {
    std::int64_t number = 1;
    std::optional<double> power = {};
    std::optional<double> fraction = {};
};

using RealList = std::vector<double>;
using RealMatrix = std::vector<std::vector<double>>;
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, RealList,
                           RealMatrix, FunctionText, std::vector<std::string>, SampleCount>;

enum class KeyType {
    boolean,
    integer,
    real,
    text,
    choice,
    integer_or_list,
    real_list,
    text_list,
    matrix,
    function,
    sample_count
};

/// Numbers a key may take.
struct Range {
    std::optional<double> minimum = {};
    std::optional<double> maximum = {};
    bool above_minimum = false;  ///< the minimum itself is not allowed
    bool below_maximum = false;  ///< the maximum itself is not allowed

    [[nodiscard]] bool holds(double value) const;
};

/// The one declaration of a key of the experiment file. Parsing, checking, error messages, suggestions,
/// `hidyn describe` and the README's reference come from it.
struct Key {
    std::string name;
    KeyType type = KeyType::real;
    std::string meaning;      ///< what it is, with its scaling
    std::string symbol = {};  ///< the papers' symbol, LaTeX without dollar signs
    Range range = {};
    std::vector<std::string> choices = {};  ///< for `choice` and the names of a `function`
    std::string variables = "z";            ///< of a `function` given as an expression
    std::optional<Value> standard = {};     ///< the value when the key is absent
    bool required = false;

    // Not inline: tables of keys would copy them at length.
    Key();
    Key(const Key&);
    Key(Key&&) noexcept;
    Key& operator=(const Key&);
    Key& operator=(Key&&) noexcept;
    ~Key();

    // The same key, with a word more: real("delay", "how long to wait").written("T").above(0).otherwise(1.0)
    [[nodiscard]] Key written(std::string latex) const;
    [[nodiscard]] Key meaning_that(std::string other) const;
    [[nodiscard]] Key at_least(double minimum) const;
    [[nodiscard]] Key above(double minimum) const;
    [[nodiscard]] Key at_most(double maximum) const;
    [[nodiscard]] Key below(double maximum) const;
    [[nodiscard]] Key otherwise(Value value) const;
    [[nodiscard]] Key needed() const;
};

/// "a real number, at least 0": what the key accepts, for messages and descriptions.
[[nodiscard]] std::string allowed(const Key& key);
/// The value as the experiment file would spell it.
[[nodiscard]] std::string spell(const Value& value);

}  // namespace hidyn
