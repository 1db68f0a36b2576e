// SPDX-License-Identifier: MIT
#include "math/expression/graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>

namespace hidyn::math {

namespace {

constexpr std::size_t maximal_degree = 16;
constexpr double maximal_integer_power = 64.0;

double fold(Operation operation, double a, double b) {
    switch (operation) {
        case Operation::constant:
        case Operation::variable:
            return a;
        case Operation::add:
            return a + b;
        case Operation::subtract:
            return a - b;
        case Operation::multiply:
            return a * b;
        case Operation::divide:
            return a / b;
        case Operation::power:
            return std::pow(a, b);
        case Operation::maximum:
            return std::max(a, b);
        case Operation::minimum:
            return std::min(a, b);
        case Operation::negate:
            return -a;
        case Operation::exp:
            return std::exp(a);
        case Operation::log:
            return std::log(a);
        case Operation::sqrt:
            return std::sqrt(a);
        case Operation::abs:
            return std::abs(a);
        case Operation::tanh:
            return std::tanh(a);
        case Operation::sin:
            return std::sin(a);
        case Operation::cos:
            return std::cos(a);
        case Operation::atan:
            return std::atan(a);
        case Operation::erf:
            return std::erf(a);
        case Operation::sign:
            return static_cast<double>(a > 0.0) - static_cast<double>(a < 0.0);
        case Operation::relu:
            return std::max(a, 0.0);
        case Operation::sigmoid:
            return 1.0 / (1.0 + std::exp(-a));
        case Operation::softplus:
            return std::max(a, 0.0) + std::log1p(std::exp(-std::abs(a)));
        case Operation::before:
            return a == 0.0 ? -b : a;
        case Operation::select:
            break;
    }
    return a;
}

using Coefficients = std::optional<std::vector<double>>;

Coefficients trimmed(std::vector<double> coefficients) {
    while (coefficients.size() > 1 && coefficients.back() == 0.0) coefficients.pop_back();
    if (coefficients.size() > maximal_degree + 1) return std::nullopt;
    return coefficients;
}

Coefficients combination(const std::vector<double>& p, const std::vector<double>& q, double factor) {
    std::vector<double> sum = p;
    sum.resize(std::max(p.size(), q.size()), 0.0);
    for (std::size_t k = 0; k < q.size(); ++k) sum[k] += factor * q[k];
    return trimmed(std::move(sum));
}

Coefficients multiplied(const std::vector<double>& p, const std::vector<double>& q) {
    std::vector<double> result(p.size() + q.size() - 1, 0.0);
    for (std::size_t k = 0; k < p.size(); ++k)
        for (std::size_t l = 0; l < q.size(); ++l) result[k + l] += p[k] * q[l];
    return trimmed(std::move(result));
}

}  // namespace

std::size_t arity(Operation operation) {
    switch (operation) {
        case Operation::constant:
        case Operation::variable:
            return 0;
        case Operation::add:
        case Operation::subtract:
        case Operation::multiply:
        case Operation::divide:
        case Operation::power:
        case Operation::maximum:
        case Operation::minimum:
        case Operation::before:
            return 2;
        case Operation::select:
            return 3;
        default:
            return 1;
    }
}

std::size_t ExpressionGraph::Hash::operator()(const ExpressionNode& node) const {
    constexpr std::size_t multiplier = 0x9e3779b97f4a7c15;
    std::size_t hash = static_cast<std::size_t>(node.operation);
    for (const std::size_t part : {std::size_t{node.left}, std::size_t{node.right},
                                   std::size_t{node.condition}, std::hash<double>{}(node.constant)})
        hash = (hash ^ part) * multiplier;
    return hash ^ (hash >> 32);
}

ExpressionGraph::Index ExpressionGraph::share(const ExpressionNode& node) {
    const auto [place, fresh] = places.try_emplace(node, static_cast<Index>(all.size()));
    if (fresh) all.push_back(node);
    return place->second;
}

ExpressionGraph::Index ExpressionGraph::constant(double value) {
    return share({.operation = Operation::constant, .constant = value});
}

ExpressionGraph::Index ExpressionGraph::variable(std::uint32_t which) {
    return share({.operation = Operation::variable, .left = which});
}

ExpressionGraph::Index ExpressionGraph::integer_power(Index base, unsigned exponent) {
    if (exponent == 0) return constant(1.0);
    if (exponent == 1) return base;
    const Index half = integer_power(base, exponent / 2);
    const Index square = apply(Operation::multiply, half, half);
    return exponent % 2 == 0 ? square : apply(Operation::multiply, square, base);
}

ExpressionGraph::Index ExpressionGraph::apply(Operation operation, Index left, Index right) {
    const bool binary = arity(operation) == 2;
    const bool constant_left = all[left].operation == Operation::constant;
    const bool constant_right = binary && all[right].operation == Operation::constant;
    if (constant_left && (!binary || constant_right))
        return constant(fold(operation, all[left].constant, all[right].constant));
    if (operation == Operation::power && constant_right) {
        const double exponent = all[right].constant;
        const double magnitude = std::abs(exponent);
        if (magnitude <= maximal_integer_power && magnitude == std::floor(magnitude)) {
            const Index whole = integer_power(left, static_cast<unsigned>(magnitude));
            return exponent < 0.0 ? apply(Operation::divide, constant(1.0), whole) : whole;
        }
        if (exponent == 0.5) return apply(Operation::sqrt, left);
    }
    // Only what is exact: 0 * x stays, because x may be infinite.
    const auto is = [&](bool constant, Index index, double value) {
        return constant && all[index].constant == value;
    };
    if (operation == Operation::add || operation == Operation::multiply) {
        const double neutral = operation == Operation::add ? 0.0 : 1.0;
        if (is(constant_left, left, neutral)) return right;
        if (is(constant_right, right, neutral)) return left;
        // Sums and products do not care for the order: one order lets equal ones be shared.
        if (right < left) std::swap(left, right);
    }
    if (operation == Operation::subtract && is(constant_right, right, 0.0)) return left;
    if (operation == Operation::divide && is(constant_right, right, 1.0)) return left;
    return share({.operation = operation, .left = left, .right = binary ? right : 0});
}

ExpressionGraph::Index ExpressionGraph::select(Index condition, Index left, Index right) {
    if (left == right) return left;
    if (all[condition].operation == Operation::constant) return all[condition].constant > 0.0 ? left : right;
    return share({.operation = Operation::select, .left = left, .right = right, .condition = condition});
}

std::vector<bool> ExpressionGraph::reachable(Index root) const {
    std::vector<bool> needed(all.size(), false);
    needed[root] = true;
    for (std::size_t index = root + 1; index-- > 0;) {
        if (!needed[index]) continue;
        const std::size_t operands = arity(all[index].operation);
        if (operands > 0) needed[all[index].left] = true;
        if (operands > 1) needed[all[index].right] = true;
        if (operands > 2) needed[all[index].condition] = true;
    }
    return needed;
}

std::optional<std::vector<double>> ExpressionGraph::polynomial(Index root) const {
    const std::vector<bool> needed = reachable(root);
    std::vector<Coefficients> of(all.size());
    for (std::size_t index = 0; index <= root; ++index) {
        if (!needed[index]) continue;
        const ExpressionNode& node = all[index];
        const bool leaf = arity(node.operation) == 0;
        const Coefficients& p = of[leaf ? index : node.left];
        const Coefficients& q = of[leaf ? index : node.right];
        switch (node.operation) {
            case Operation::constant:
                of[index] = {{node.constant}};
                break;
            case Operation::variable:
                if (node.left == 0) of[index] = {{0.0, 1.0}};
                break;
            case Operation::negate:
                if (p) of[index] = combination({0.0}, *p, -1.0);
                break;
            case Operation::add:
                if (p && q) of[index] = combination(*p, *q, 1.0);
                break;
            case Operation::subtract:
                if (p && q) of[index] = combination(*p, *q, -1.0);
                break;
            case Operation::multiply:
                if (p && q) of[index] = multiplied(*p, *q);
                break;
            case Operation::divide:
                if (p && q && q->size() == 1) {
                    std::vector<double> quotient = *p;
                    for (double& coefficient : quotient) coefficient /= q->front();
                    of[index] = quotient;
                }
                break;
            default:
                break;
        }
        if (!of[index] && index == root) return std::nullopt;
    }
    return of[root];
}

bool ExpressionGraph::smooth(Index root, std::size_t variables) const {
    const std::vector<bool> needed = reachable(root);
    std::vector<bool> varies(all.size(), false);
    for (std::size_t index = 0; index <= root; ++index) {
        const ExpressionNode& node = all[index];
        const std::size_t operands = arity(node.operation);
        if (node.operation == Operation::variable) varies[index] = node.left < variables;
        if (operands > 0) varies[index] = varies[node.left] || (operands > 1 && varies[node.right]);
        if (!needed[index] || !varies[index]) continue;
        switch (node.operation) {
            case Operation::abs:
            case Operation::maximum:
            case Operation::minimum:
            case Operation::sign:
            case Operation::relu:
                return false;
            default:
                break;
        }
    }
    return true;
}

}  // namespace hidyn::math
