// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "math/expression/graph.hpp"

namespace hidyn::math {

/// Derivatives of an expression with respect to one of its variables, as further nodes of its graph, which
/// share whatever they can with the values. At a kink they are the derivative from the left of the kink's own
/// argument (see Expression). Derivatives are nodes like others and can be differentiated again.
class ExpressionDerivatives {
  public:
    using Index = ExpressionGraph::Index;

    ExpressionDerivatives(ExpressionGraph& of, std::uint32_t variable);

    /// d root / d variable. Calls share what they have in common.
    Index of(Index root);

  private:
    /// factor * rest; the rest of a constant is 1.
    struct Multiple {
        double factor = 1.0;
        Index rest = 0;
    };

    [[nodiscard]] Multiple split(Index index) const;
    Index scaled(double factor, Index index);
    Index plus(Index left, Index right);
    Index minus(Index left, Index right);
    Index times(Index left, Index right);
    Index quotient(Index left, Index right);
    /// Derivative of the node, the derivatives of whose operands are known.
    Index rule(Index index);
    /// f'(a) for functions f of one argument; `value` is the node f(a).
    Index slope(Operation function, Index a, Index value);

    ExpressionGraph& graph;
    std::uint32_t variable;
    Index zero;
    Index one;
    std::vector<std::optional<Index>> known;
};

}  // namespace hidyn::math
