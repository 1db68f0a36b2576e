// SPDX-License-Identifier: MIT
#include "core/declaration.hpp"

#include <fmt/format.h>

#include "core/words.hpp"

#include <cmath>
#include <utility>

namespace hidyn {
namespace {

std::string range_text(const Range& range) {
    std::string text;
    if (range.minimum)
        text = fmt::format("{} {}", range.above_minimum ? "greater than" : "at least", *range.minimum);
    if (range.maximum)
        text += fmt::format("{}{} {}", text.empty() ? "" : " and ",
                            range.below_maximum ? "less than" : "at most", *range.maximum);
    return text.empty() ? text : ", " + text;
}

struct Speller {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return fmt::format("\"{}\"", value); }
    std::string operator()(const std::vector<std::int64_t>& value) const {
        return fmt::format("[{}]", joined(value, ", "));
    }
    std::string operator()(const RealList& value) const { return fmt::format("[{}]", joined(value, ", ")); }
    std::string operator()(const std::vector<std::string>& value) const {
        return value.empty() ? "[]" : fmt::format("[\"{}\"]", joined(value, "\", \""));
    }
    std::string operator()(const RealMatrix& value) const {
        std::vector<std::string> rows;
        for (const RealList& row : value) rows.push_back((*this)(row));
        return fmt::format("[{}]", joined(rows, ", "));
    }
    std::string operator()(const SampleCount& value) const {
        if (value.power) return fmt::format("{{ power = {} }}", *value.power);
        if (value.fraction) return fmt::format("{{ fraction = {} }}", *value.fraction);
        return fmt::format("{}", value.number);
    }
    std::string operator()(const FunctionText& value) const {
        return value.is_expression ? fmt::format("{{ expression = \"{}\" }}", value.text)
                                   : fmt::format("\"{}\"", value.text);
    }
};

}  // namespace

bool Range::holds(double value) const {
    if (!std::isfinite(value)) return false;
    if (minimum && (above_minimum ? value <= *minimum : value < *minimum)) return false;
    return !maximum || (below_maximum ? value < *maximum : value <= *maximum);
}

Key::Key() = default;
Key::Key(const Key&) = default;
Key::Key(Key&&) noexcept = default;
Key& Key::operator=(const Key&) = default;
Key& Key::operator=(Key&&) noexcept = default;
Key::~Key() = default;

Key Key::written(std::string latex) const {
    Key key = *this;
    key.symbol = std::move(latex);
    return key;
}

Key Key::meaning_that(std::string other) const {
    Key key = *this;
    key.meaning = std::move(other);
    return key;
}

Key Key::at_least(double minimum) const {
    Key key = *this;
    key.range.minimum = minimum;
    key.range.above_minimum = false;
    return key;
}

Key Key::above(double minimum) const {
    Key key = at_least(minimum);
    key.range.above_minimum = true;
    return key;
}

Key Key::at_most(double maximum) const {
    Key key = *this;
    key.range.maximum = maximum;
    key.range.below_maximum = false;
    return key;
}

Key Key::below(double maximum) const {
    Key key = at_most(maximum);
    key.range.below_maximum = true;
    return key;
}

Key Key::otherwise(Value value) const {
    Key key = *this;
    key.standard = std::move(value);
    key.required = false;
    return key;
}

Key Key::needed() const {
    Key key = *this;
    key.standard.reset();
    key.required = true;
    return key;
}

std::string allowed(const Key& key) {
    switch (key.type) {
        case KeyType::boolean:
            return "true or false";
        case KeyType::integer:
            return "a whole number" + range_text(key.range);
        case KeyType::real:
            return "a number" + range_text(key.range);
        case KeyType::text:
            return "a text";
        case KeyType::choice:
            return fmt::format("one of \"{}\"", joined(key.choices, "\", \""));
        case KeyType::integer_or_list:
            return "a whole number or a list of different whole numbers" + range_text(key.range);
        case KeyType::real_list:
            return "a list of numbers" + range_text(key.range);
        case KeyType::text_list:
            return "a list of texts";
        case KeyType::matrix:
            return "a matrix as a list of rows of equal length" + range_text(key.range);
        case KeyType::function:
            return fmt::format("one of \"{}\", or {{ expression = \"...\" }} in {}",
                               joined(key.choices, "\", \""), key.variables);
        case KeyType::sample_count:
            return "a whole number of samples, at least 1, or { power = p } for n^p, 0 <= p < 1, or "
                   "{ fraction = b } for b n, 0 < b <= 1";
    }
    return "";
}

std::string spell(const Value& value) {
    return std::visit(Speller{}, value);
}

}  // namespace hidyn
