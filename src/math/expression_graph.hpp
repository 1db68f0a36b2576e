#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
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
};

/// How many operands an operation takes.
[[nodiscard]] std::size_t arity(Operation operation);

/// One node of an expression; operands are indices of earlier nodes.
struct ExpressionNode {
    Operation operation = Operation::constant;
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    double constant = 0.0;

    bool operator==(const ExpressionNode&) const = default;
};

/// An expression as a graph whose nodes stand after their operands. Building it folds constants, shares equal
/// subexpressions, and turns integer powers into multiplications.
class ExpressionGraph {
  public:
    using Index = std::uint32_t;

    Index constant(double value);
    Index variable();
    Index apply(Operation operation, Index left, Index right = 0);

    [[nodiscard]] const std::vector<ExpressionNode>& nodes() const { return all; }
    [[nodiscard]] std::optional<std::vector<double>> polynomial(Index root) const;
    [[nodiscard]] bool smooth(Index root) const;

  private:
    Index share(const ExpressionNode& node);
    Index integer_power(Index base, unsigned exponent);
    [[nodiscard]] std::vector<bool> reachable(Index root) const;

    std::vector<ExpressionNode> all;
};

struct ParsedExpression {
    ExpressionGraph graph;
    ExpressionGraph::Index root = 0;
};

/// Reads the text; throws ExpressionError.
[[nodiscard]] ParsedExpression parse_expression(std::string_view text);
/// The names the parser knows, separated by commas.
[[nodiscard]] std::string_view expression_names();

}  // namespace hidyn::math
