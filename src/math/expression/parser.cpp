// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <boost/spirit/home/x3.hpp>
#include <numbers>
#include <string>
#include <vector>

#include "math/expression/expression.hpp"
#include "math/expression/graph.hpp"

namespace hidyn::math {

namespace {

namespace x3 = boost::spirit::x3;
using Index = ExpressionGraph::Index;
using Place = std::string_view::const_iterator;

// Bounds on the text keep the recursive descent within any thread's stack.
constexpr std::size_t longest_text = 1000;
constexpr std::size_t deepest_nesting = 50;

struct Function {
    std::string_view name;
    Operation operation;
};

constexpr std::array functions{
    Function{"exp", Operation::exp},           Function{"log", Operation::log},
    Function{"sqrt", Operation::sqrt},         Function{"abs", Operation::abs},
    Function{"tanh", Operation::tanh},         Function{"sin", Operation::sin},
    Function{"cos", Operation::cos},           Function{"atan", Operation::atan},
    Function{"erf", Operation::erf},           Function{"sign", Operation::sign},
    Function{"relu", Operation::relu},         Function{"sigmoid", Operation::sigmoid},
    Function{"softplus", Operation::softplus}, Function{"max", Operation::maximum},
    Function{"min", Operation::minimum},
};

/// A name that has been read, and the arguments read since.
struct Call {
    std::string name;
    std::size_t column = 0;
    std::vector<Index> arguments;
};

/// What the grammar's actions build.
struct Builder {
    std::string_view text;
    std::span<const std::string> variables;
    ExpressionGraph graph;
    std::vector<Call> calls;

    [[nodiscard]] std::size_t column(Place where) const {
        while (where != text.end() && *where == ' ') ++where;
        return static_cast<std::size_t>(where - text.begin()) + 1;
    }

    Index finish_call() {
        const Call call = std::move(calls.back());
        calls.pop_back();
        const auto variable = std::find(variables.begin(), variables.end(), call.name);
        if (variable != variables.end() || call.name == "pi") {
            if (!call.arguments.empty())
                throw ExpressionError(call.column, "'" + call.name + "' is not a function");
            if (variable == variables.end()) return graph.constant(std::numbers::pi);
            return graph.variable(static_cast<std::uint32_t>(variable - variables.begin()));
        }
        for (const Function& function : functions) {
            if (function.name != call.name) continue;
            const std::size_t wanted = arity(function.operation);
            if (call.arguments.size() != wanted)
                throw ExpressionError(call.column, "'" + call.name + "' takes " + std::to_string(wanted) +
                                                       (wanted == 1 ? " argument" : " arguments") +
                                                       " in parentheses, not " +
                                                       std::to_string(call.arguments.size()));
            return graph.apply(function.operation, call.arguments.front(), call.arguments.back());
        }
        throw ExpressionError(call.column,
                              "unknown name '" + call.name + "'; known are " + expression_names(variables));
    }

    /// What the grammar expected where it found no operand.
    [[nodiscard]] std::string operand() const {
        std::string names;
        for (const std::string& variable : variables) names += variable + ", ";
        return "a number, " + names + "pi, a function or '('";
    }
};

struct builder_tag;

template <class Context>
Builder& builder(const Context& context) {
    return x3::get<builder_tag>(context).get();
}

const auto take = [](const auto& context) { x3::_val(context) = x3::_attr(context); };

template <Operation operation>
struct Combine {
    template <class Context>
    void operator()(const Context& context) const {
        x3::_val(context) = builder(context).graph.apply(operation, x3::_val(context), x3::_attr(context));
    }
};

const auto negate = [](const auto& context) {
    x3::_val(context) = builder(context).graph.apply(Operation::negate, x3::_attr(context));
};

const auto number = [](const auto& context) {
    x3::_val(context) = builder(context).graph.constant(x3::_attr(context));
};

const auto start_call = [](const auto& context) {
    const auto& name = x3::_attr(context);
    Builder& build = builder(context);
    build.calls.push_back(
        {.name = {name.begin(), name.end()}, .column = build.column(name.begin()), .arguments = {}});
};

const auto argument = [](const auto& context) {
    builder(context).calls.back().arguments.push_back(x3::_attr(context));
};

const auto finish_call = [](const auto& context) { x3::_val(context) = builder(context).finish_call(); };

/// Unsigned decimal numbers; without the library's "inf" and "nan".
struct NumberPolicies : x3::ureal_policies<double> {
    template <class Iterator, class Attribute>
    static bool parse_inf(Iterator&, const Iterator&, Attribute&) {
        return false;
    }
    template <class Iterator, class Attribute>
    static bool parse_nan(Iterator&, const Iterator&, Attribute&) {
        return false;
    }
};

const x3::rule<struct sum_id, Index> sum{"operand"};
const x3::rule<struct product_id, Index> product{"operand"};
const x3::rule<struct signed_id, Index> signed_power{"operand"};
const x3::rule<struct power_id, Index> power{"operand"};
const x3::rule<struct primary_id, Index> primary{"operand"};

const auto unsigned_number = x3::real_parser<double, NumberPolicies>{};
const auto name = x3::raw[x3::lexeme[(x3::ascii::alpha | '_') >> *(x3::ascii::alnum | '_')]];

const auto sum_def = product[take] >> *(('+' > product[Combine<Operation::add>{}]) |
                                        ('-' > product[Combine<Operation::subtract>{}]));
const auto product_def = signed_power[take] >> *(('*' > signed_power[Combine<Operation::multiply>{}]) |
                                                 ('/' > signed_power[Combine<Operation::divide>{}]));
const auto signed_power_def = ('-' > signed_power[negate]) | ('+' > signed_power[take]) | power[take];
const auto power_def = primary[take] >> -('^' > signed_power[Combine<Operation::power>{}]);
const auto primary_def =
    unsigned_number[number] | ('(' > sum[take] > ')') |
    (name[start_call] >> -('(' > sum[argument] > *(',' > sum[argument]) > ')') >> x3::eps[finish_call]);

BOOST_SPIRIT_DEFINE(sum, product, signed_power, power, primary)

void check_bounds(std::string_view text) {
    if (text.size() > longest_text)
        throw ExpressionError(longest_text + 1, "an expression may have at most " +
                                                    std::to_string(longest_text) + " characters");
    std::size_t depth = 0;
    for (std::size_t place = 0; place < text.size(); ++place) {
        if (text[place] == ')' && depth > 0) --depth;
        if (text[place] == '(' && ++depth > deepest_nesting)
            throw ExpressionError(
                place + 1, "parentheses may be nested at most " + std::to_string(deepest_nesting) + " deep");
    }
}

}  // namespace

std::string expression_names(std::span<const std::string> variables) {
    std::string list;
    for (const std::string& variable : variables) list += variable + ", ";
    list += "pi";
    for (const Function& function : functions) list += ", " + std::string(function.name);
    return list;
}

ParsedExpression parse_expression(std::string_view text, std::span<const std::string> variables) {
    check_bounds(text);
    Builder build{.text = text, .variables = variables, .graph = {}, .calls = {}};
    Index root = 0;
    Place place = text.begin();
    const auto grammar = x3::with<builder_tag>(std::ref(build))[sum];
    try {
        if (!x3::phrase_parse(place, text.end(), grammar, x3::ascii::space, root))
            throw ExpressionError(build.column(place), "expected " + build.operand());
    } catch (const x3::expectation_failure<Place>& failure) {
        // The library names a literal as it is written and anything else by a name of its own.
        const bool literal = failure.which().front() == '\'';
        throw ExpressionError(build.column(failure.where()),
                              "expected " + (literal ? failure.which() : build.operand()));
    }
    if (place != text.end()) {
        const std::size_t column = build.column(place);
        throw ExpressionError(column,
                              "expected an operator before '" + std::string(text.substr(column - 1)) + "'");
    }
    return {.graph = std::move(build.graph), .root = root};
}

}  // namespace hidyn::math
