// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hidyn::math {

/// A scalar function of several named real variables, written as text in the language of Expression, with its
/// gradient and Hessian with respect to the first `differentiated` of them (the others are parameters, such
/// as a label).
///
/// Inputs are structures of arrays: inputs[v] points to `count` values of variable v. The value at a point
/// does not depend on where among the inputs it stands. Copies share everything, any number of threads may
/// evaluate one, and evaluation does not allocate (jets: as long as there are at most 64 results). Kinks are
/// treated as by Expression.
class MultivariateExpression {
  public:
    /// Throws ExpressionError; an unknown name is answered with the variables in scope.
    [[nodiscard]] static MultivariateExpression parse(std::string_view text,
                                                      std::vector<std::string> variables,
                                                      std::size_t differentiated);

    void evaluate(std::span<const double* const> inputs, std::size_t count, double* value) const;
    /// The Hessian's lower triangle, row by row: (0,0), (1,0), (1,1), (2,0), ...
    void jets(std::span<const double* const> inputs, std::size_t count, double* value,
              std::span<double* const> gradient, std::span<double* const> hessian) const;

    /// False if abs, max, min, sign or relu is applied to something that depends on a differentiated
    /// variable.
    [[nodiscard]] bool twice_differentiable() const;
    /// Whether the text makes use of the variable.
    [[nodiscard]] bool depends_on(std::size_t variable) const;
    /// Whether no second derivative depends on any variable, as for (f - y)^2 / 2 and, away from its kink,
    /// abs(f - y).
    [[nodiscard]] bool hessian_is_constant() const;
    /// The first point of a fixed sample of [-8, 8]^n where the value or a derivative is not finite. The
    /// sample is the origin, the axes in steps of 1/64, and 4096 points that fill the cube evenly.
    [[nodiscard]] std::optional<std::vector<double>> first_non_finite() const;
    [[nodiscard]] const std::vector<std::string>& variables() const;
    [[nodiscard]] std::size_t differentiated() const;
    [[nodiscard]] const std::string& text() const;

  private:
    struct Compiled;
    explicit MultivariateExpression(std::shared_ptr<const Compiled> what) : compiled(std::move(what)) {}

    std::shared_ptr<const Compiled> compiled;
};

}  // namespace hidyn::math
