// SPDX-License-Identifier: MIT
#include "math/expression/expression.hpp"

#include <array>
#include <cmath>

#include "math/expression/derivatives.hpp"
#include "math/expression/graph.hpp"
#include "math/expression/program.hpp"

namespace hidyn::math {

namespace {

const std::array<std::string, 1> only_variable{"z"};

/// The nodes of g, g' and g''.
std::array<ExpressionGraph::Index, 3> derivatives_of(ParsedExpression& parsed) {
    ExpressionDerivatives derivatives(parsed.graph, 0);
    const ExpressionGraph::Index first = derivatives.of(parsed.root);
    return {parsed.root, first, derivatives.of(first)};
}

}  // namespace

/// One tape for each number of derivatives that may be asked for.
struct Expression::Compiled {
    Compiled(std::string_view source, ParsedExpression parsed)
        : text(source),
          nodes(derivatives_of(parsed)),
          value(parsed.graph, std::span(nodes).first(1)),
          slope(parsed.graph, std::span(nodes).first(2)),
          curvature(parsed.graph, nodes),
          polynomial(parsed.graph.polynomial(parsed.root)),
          smooth(parsed.graph.smooth(parsed.root)) {}

    std::string text;
    std::array<ExpressionGraph::Index, 3> nodes;
    ExpressionProgram value;
    ExpressionProgram slope;
    ExpressionProgram curvature;
    std::optional<std::vector<double>> polynomial;
    bool smooth = true;
};

Expression Expression::parse(std::string_view text) {
    return Expression(std::make_shared<const Compiled>(text, parse_expression(text, only_variable)));
}

std::string Expression::functions() {
    return expression_names(only_variable);
}

double Expression::operator()(double z) const {
    double value = 0.0;
    evaluate({&z, 1}, {&value, 1});
    return value;
}

void Expression::evaluate(std::span<const double> z, std::span<double> value) const {
    compiled->value.run(std::array{z.data()}, z.size(), std::array{value.data()});
}

void Expression::evaluate(std::span<const double> z, std::span<double> value,
                          std::span<double> derivative) const {
    compiled->slope.run(std::array{z.data()}, z.size(), std::array{value.data(), derivative.data()});
}

void Expression::evaluate(std::span<const double> z, std::span<double> value, std::span<double> derivative,
                          std::span<double> second_derivative) const {
    compiled->curvature.run(std::array{z.data()}, z.size(),
                            std::array{value.data(), derivative.data(), second_derivative.data()});
}

std::optional<std::vector<double>> Expression::polynomial() const {
    return compiled->polynomial;
}

bool Expression::smooth() const {
    return compiled->smooth;
}

std::optional<double> Expression::first_non_finite() const {
    constexpr int steps = 8 * 64;
    for (int step = -steps; step <= steps; ++step) {
        const double z = step / 64.0;
        double value = 0.0;
        double derivative = 0.0;
        evaluate({&z, 1}, {&value, 1}, {&derivative, 1});
        if (!std::isfinite(value) || !std::isfinite(derivative)) return z;
    }
    return std::nullopt;
}

const std::string& Expression::text() const {
    return compiled->text;
}

}  // namespace hidyn::math
