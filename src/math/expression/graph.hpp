// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hidyn::math {

enum class Operation : std::uint8_t {
    constant,
    variable,
    add,
    subtract,
    multiply,
    divide,
    power,
    maximum,
    minimum,
    negate,
    exp,
    log,
    sqrt,
    abs,
    tanh,
    sin,
    cos,
    atan,
    erf,
    sign,
    relu,
    sigmoid,
    softplus,
    // Written by no one: the derivatives at kinks need them.
    before,  ///< left just before a point that it reaches with the slope right: left, or -right where left =
             ///< 0
    select,  ///< left where the condition is positive, else right
};

/// How many operands an operation takes.
[[nodiscard]] std::size_t arity(Operation operation);

/// One node of an expression; operands are indices of earlier nodes.
struct ExpressionNode {
    Operation operation = Operation::constant;
    std::uint32_t left = 0;  ///< of a variable: which one
    std::uint32_t right = 0;
    std::uint32_t condition = 0;
    double constant = 0.0;

    bool operator==(const ExpressionNode&) const = default;
};

/// An expression as a graph whose nodes stand after their operands. Building it folds constants, shares equal
/// subexpressions, drops + 0, * 1 and / 1, and turns integer powers into multiplications.
class ExpressionGraph {
  public:
    using Index = std::uint32_t;

    Index constant(double value);
    Index variable(std::uint32_t which = 0);
    Index apply(Operation operation, Index left, Index right = 0);
    /// left where the condition is positive, else right.
    Index select(Index condition, Index left, Index right);

    [[nodiscard]] const std::vector<ExpressionNode>& nodes() const { return all; }
    /// Which nodes the root is computed from, itself included.
    [[nodiscard]] std::vector<bool> reachable(Index root) const;
    /// Coefficients in variable 0.
    [[nodiscard]] std::optional<std::vector<double>> polynomial(Index root) const;
    /// False if abs, max, min, sign or relu meets something that depends on one of the first `variables`.
    [[nodiscard]] bool smooth(Index root, std::size_t variables = 1) const;

  private:
    struct Hash {
        std::size_t operator()(const ExpressionNode& node) const;
    };

    Index share(const ExpressionNode& node);
    Index integer_power(Index base, unsigned exponent);

    std::vector<ExpressionNode> all;
    std::unordered_map<ExpressionNode, Index, Hash> places;
};

struct ParsedExpression {
    ExpressionGraph graph;
    ExpressionGraph::Index root = 0;
};

/// Reads the text; throws ExpressionError.
[[nodiscard]] ParsedExpression parse_expression(std::string_view text,
                                                std::span<const std::string> variables);
/// The names the parser knows, separated by commas.
[[nodiscard]] std::string expression_names(std::span<const std::string> variables);

}  // namespace hidyn::math
