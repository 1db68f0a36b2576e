// SPDX-License-Identifier: MIT
#include "math/expression/derivatives.hpp"

#include <algorithm>
#include <numbers>

namespace hidyn::math {

ExpressionDerivatives::ExpressionDerivatives(ExpressionGraph& of, std::uint32_t which)
    : graph(of), variable(which), zero(graph.constant(0.0)), one(graph.constant(1.0)) {}

ExpressionDerivatives::Index ExpressionDerivatives::of(Index root) {
    const std::vector<bool> needed = graph.reachable(root);
    known.resize(std::max(known.size(), std::size_t{root} + 1));
    for (Index index = 0; index <= root; ++index)
        if (needed[index] && !known[index]) known[index] = rule(index);
    return *known[root];
}

ExpressionDerivatives::Multiple ExpressionDerivatives::split(Index index) const {
    const ExpressionNode& node = graph.nodes()[index];
    const auto constant = [&](Index operand) {
        return graph.nodes()[operand].operation == Operation::constant;
    };
    if (node.operation == Operation::constant) return {node.constant, one};
    if (node.operation == Operation::negate) {
        const Multiple inner = split(node.left);
        return {-inner.factor, inner.rest};
    }
    if (node.operation == Operation::multiply && (constant(node.left) || constant(node.right))) {
        const bool left = constant(node.left);
        const Multiple inner = split(left ? node.right : node.left);
        return {graph.nodes()[left ? node.left : node.right].constant * inner.factor, inner.rest};
    }
    return {1.0, index};
}

ExpressionDerivatives::Index ExpressionDerivatives::scaled(double factor, Index index) {
    const Multiple inner = split(index);
    const double whole = factor * inner.factor;
    if (whole == 0.0) return zero;
    if (inner.rest == one) return graph.constant(whole);
    if (whole == -1.0) return graph.apply(Operation::negate, inner.rest);
    return graph.apply(Operation::multiply, graph.constant(whole), inner.rest);
}

ExpressionDerivatives::Index ExpressionDerivatives::plus(Index left, Index right) {
    if (left == zero) return right;
    if (right == zero) return left;
    const Multiple a = split(left);
    const Multiple b = split(right);
    if (a.rest == b.rest) return scaled(a.factor + b.factor, a.rest);
    if (b.factor == -1.0) return graph.apply(Operation::subtract, left, b.rest);
    if (a.factor == -1.0) return graph.apply(Operation::subtract, right, a.rest);
    return graph.apply(Operation::add, left, right);
}

ExpressionDerivatives::Index ExpressionDerivatives::minus(Index left, Index right) {
    return plus(left, scaled(-1.0, right));
}

// Constant factors stand outermost, where they meet and merge.
ExpressionDerivatives::Index ExpressionDerivatives::times(Index left, Index right) {
    const Multiple a = split(left);
    const Multiple b = split(right);
    const double factor = a.factor * b.factor;
    return factor == 0.0 ? zero : scaled(factor, graph.apply(Operation::multiply, a.rest, b.rest));
}

ExpressionDerivatives::Index ExpressionDerivatives::quotient(Index left, Index right) {
    if (left == zero) return zero;
    const ExpressionNode& divisor = graph.nodes()[right];
    if (divisor.operation == Operation::constant) return scaled(1.0 / divisor.constant, left);
    const Multiple a = split(left);
    if (a.rest == one) return graph.apply(Operation::divide, left, right);
    return scaled(a.factor, graph.apply(Operation::divide, a.rest, right));
}

ExpressionDerivatives::Index ExpressionDerivatives::rule(Index index) {
    const ExpressionNode node = graph.nodes()[index];
    if (node.operation == Operation::variable) return node.left == variable ? one : zero;
    if (node.operation == Operation::constant) return zero;
    const Index a = node.left;
    const Index b = node.right;
    const Index da = *known[a];
    const bool binary = arity(node.operation) > 1;
    const Index db = binary ? *known[b] : zero;
    if (da == zero && db == zero) return zero;
    switch (node.operation) {
        case Operation::add:
            return plus(da, db);
        case Operation::subtract:
            return minus(da, db);
        case Operation::multiply:
            return plus(times(da, b), times(a, db));
        case Operation::divide:
            return quotient(minus(da, times(index, db)), b);
        case Operation::power: {
            Index sum = zero;
            if (da != zero)
                sum = times(
                    times(b, graph.apply(Operation::power, a, graph.apply(Operation::subtract, b, one))), da);
            if (db != zero) sum = plus(sum, times(times(index, graph.apply(Operation::log, a)), db));
            return sum;
        }
        // Where the two sides meet, the one that was ahead just before.
        case Operation::maximum:
            return graph.select(graph.apply(Operation::before, minus(a, b), minus(da, db)), da, db);
        case Operation::minimum:
            return graph.select(graph.apply(Operation::before, minus(b, a), minus(db, da)), da, db);
        case Operation::select:
            return graph.select(node.condition, da, db);
        case Operation::abs:
            return graph.select(a, da, scaled(-1.0, da));
        case Operation::relu:
            return graph.select(a, da, zero);
        case Operation::negate:
            return scaled(-1.0, da);
        default:
            return times(slope(node.operation, a, index), da);
    }
}

ExpressionDerivatives::Index ExpressionDerivatives::slope(Operation function, Index a, Index value) {
    switch (function) {
        case Operation::exp:
            return value;
        case Operation::log:
            return quotient(one, a);
        case Operation::sqrt:
            return quotient(graph.constant(0.5), value);
        case Operation::tanh:
            return minus(one, times(value, value));
        case Operation::sin:
            return graph.apply(Operation::cos, a);
        case Operation::cos:
            return scaled(-1.0, graph.apply(Operation::sin, a));
        case Operation::atan:
            return quotient(one, plus(one, times(a, a)));
        case Operation::erf:
            return scaled(2.0 * std::numbers::inv_sqrtpi,
                          graph.apply(Operation::exp, scaled(-1.0, times(a, a))));
        case Operation::sigmoid:
            return times(value, minus(one, value));
        case Operation::softplus:
            return graph.apply(Operation::sigmoid, a);
        default:  // sign
            return zero;
    }
}

}  // namespace hidyn::math
