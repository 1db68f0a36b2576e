// SPDX-License-Identifier: MIT
#include "math/expression/multivariate.hpp"

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <stdexcept>

#include "math/expression/derivatives.hpp"
#include "math/expression/graph.hpp"
#include "math/expression/program.hpp"

namespace hidyn::math {

namespace {

using Index = ExpressionGraph::Index;

/// The nodes of the value, the gradient and the Hessian's lower triangle.
std::vector<Index> jet_nodes(ParsedExpression& parsed, std::size_t differentiated) {
    std::vector<ExpressionDerivatives> along;
    for (std::size_t variable = 0; variable < differentiated; ++variable)
        along.emplace_back(parsed.graph, static_cast<std::uint32_t>(variable));
    std::vector<Index> nodes{parsed.root};
    for (ExpressionDerivatives& derivative : along) nodes.push_back(derivative.of(parsed.root));
    for (std::size_t row = 0; row < differentiated; ++row)
        for (std::size_t column = 0; column <= row; ++column)
            nodes.push_back(along[column].of(nodes[1 + row]));
    return nodes;
}

/// A sequence whose first n terms fill the cube evenly for every n: multiples of powers of 1/phi modulo 1,
/// where phi^(dimension + 1) = phi + 1 (the generalised golden ratio).
class EvenPoints {
  public:
    explicit EvenPoints(std::size_t dimension) : steps(dimension) {
        double phi = 2.0;
        for (int iteration = 0; iteration < 64; ++iteration)
            phi = std::pow(1.0 + phi, 1.0 / static_cast<double>(dimension + 1));
        double step = 1.0;
        for (double& entry : steps) entry = step /= phi;
    }

    void point(std::size_t number, double radius, std::vector<double>& result) const {
        for (std::size_t axis = 0; axis < steps.size(); ++axis) {
            const double place = 0.5 + static_cast<double>(number) * steps[axis];
            result[axis] = radius * (2.0 * (place - std::floor(place)) - 1.0);
        }
    }

  private:
    std::vector<double> steps;
};

}  // namespace

struct MultivariateExpression::Compiled {
    Compiled(std::string_view source, std::vector<std::string> names, std::size_t leading,
             ParsedExpression parsed)
        : text(source),
          variables(std::move(names)),
          differentiated(leading),
          nodes(jet_nodes(parsed, leading)),
          value(parsed.graph, std::span(nodes).first(1)),
          jets(parsed.graph, nodes),
          twice_differentiable(parsed.graph.smooth(parsed.root, leading)),
          uses(variables.size(), false) {
        const std::vector<ExpressionNode>& all = parsed.graph.nodes();
        const std::vector<bool> needed = parsed.graph.reachable(parsed.root);
        for (std::size_t index = 0; index <= parsed.root; ++index)
            if (needed[index] && all[index].operation == Operation::variable) uses[all[index].left] = true;
        hessian_is_constant =
            std::all_of(nodes.begin() + 1 + static_cast<std::ptrdiff_t>(leading), nodes.end(),
                        [&](Index index) { return all[index].operation == Operation::constant; });
    }

    std::string text;
    std::vector<std::string> variables;
    std::size_t differentiated;
    std::vector<Index> nodes;
    ExpressionProgram value;
    ExpressionProgram jets;
    bool twice_differentiable;
    bool hessian_is_constant = false;
    std::vector<bool> uses;
};

MultivariateExpression MultivariateExpression::parse(std::string_view text,
                                                     std::vector<std::string> variables,
                                                     std::size_t differentiated) {
    if (differentiated > variables.size())
        throw std::invalid_argument(
            "an expression cannot be differentiated more often than it has variables");
    ParsedExpression parsed = parse_expression(text, variables);
    return MultivariateExpression(
        std::make_shared<const Compiled>(text, std::move(variables), differentiated, std::move(parsed)));
}

void MultivariateExpression::evaluate(std::span<const double* const> inputs, std::size_t count,
                                      double* value) const {
    compiled->value.run(inputs, count, std::array{value});
}

void MultivariateExpression::jets(std::span<const double* const> inputs, std::size_t count, double* value,
                                  std::span<double* const> gradient, std::span<double* const> hessian) const {
    boost::container::small_vector<double*, 64> results{value};
    results.insert(results.end(), gradient.begin(), gradient.end());
    results.insert(results.end(), hessian.begin(), hessian.end());
    compiled->jets.run(inputs, count, {results.data(), results.size()});
}

bool MultivariateExpression::twice_differentiable() const {
    return compiled->twice_differentiable;
}

bool MultivariateExpression::depends_on(std::size_t variable) const {
    return compiled->uses[variable];
}

bool MultivariateExpression::hessian_is_constant() const {
    return compiled->hessian_is_constant;
}

std::optional<std::vector<double>> MultivariateExpression::first_non_finite() const {
    constexpr double radius = 8.0;
    constexpr int steps = 8 * 64;
    constexpr std::size_t inner_points = 4096;
    const std::size_t dimension = compiled->variables.size();
    std::vector<double> point(dimension, 0.0);
    std::vector<const double*> inputs(dimension);
    for (std::size_t axis = 0; axis < dimension; ++axis) inputs[axis] = &point[axis];
    std::vector<double> values(compiled->nodes.size());
    std::vector<double*> results(values.size());
    for (std::size_t result = 0; result < values.size(); ++result) results[result] = &values[result];
    const auto finite = [&] {
        compiled->jets.run(inputs, 1, results);
        return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    };
    if (!finite()) return point;
    for (double& coordinate : point) {
        for (int step = -steps; step <= steps; ++step) {
            coordinate = radius * step / steps;
            if (!finite()) return point;
        }
        coordinate = 0.0;
    }
    const EvenPoints even(dimension);
    for (std::size_t number = 1; number <= inner_points; ++number) {
        even.point(number, radius, point);
        if (!finite()) return point;
    }
    return std::nullopt;
}

const std::vector<std::string>& MultivariateExpression::variables() const {
    return compiled->variables;
}

std::size_t MultivariateExpression::differentiated() const {
    return compiled->differentiated;
}

const std::string& MultivariateExpression::text() const {
    return compiled->text;
}

}  // namespace hidyn::math
