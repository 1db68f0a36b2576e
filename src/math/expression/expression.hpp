// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hidyn::math {

/// The text of an expression cannot be read.
class ExpressionError : public std::runtime_error {
  public:
    ExpressionError(std::size_t where, std::string what_is_wrong)
        : std::runtime_error("column " + std::to_string(where) + ": " + what_is_wrong),
          column(where),
          message(std::move(what_is_wrong)) {}

    std::size_t column;   ///< counted from 1
    std::string message;  ///< e.g. "expected ')'"
};

/// A function of one real variable z, written as text: numbers, pi, + - * / ^, parentheses, and the functions
/// listed by `functions()`. `-z^2` is -(z^2), and ^ groups to the right.
///
/// The text is compiled once to a tape; evaluation runs the tape over blocks of values, so interpretation is
/// paid per block and not per value. The value at one z does not depend on where in a span that z stands.
/// Derivatives are exact (automatic differentiation of the compiled expression, see ExpressionDerivatives).
/// At a kink (abs, max, min, relu) the first is one of the two one-sided derivatives: the one from the left
/// of the kink's own argument, so relu'(0) = 0; the second leaves out the kink's delta function.
///
/// Copies share the tape; any number of threads may evaluate one expression.
class Expression {
  public:
    /// Throws ExpressionError.
    [[nodiscard]] static Expression parse(std::string_view text);
    /// The names an expression may use, in words fit for an error message.
    [[nodiscard]] static std::string functions();

    [[nodiscard]] double operator()(double z) const;
    void evaluate(std::span<const double> z, std::span<double> value) const;
    void evaluate(std::span<const double> z, std::span<double> value, std::span<double> derivative) const;
    void evaluate(std::span<const double> z, std::span<double> value, std::span<double> derivative,
                  std::span<double> second_derivative) const;

    /// Coefficients, lowest power first, if this is a polynomial in z of degree at most 16.
    [[nodiscard]] std::optional<std::vector<double>> polynomial() const;
    /// False if abs, max, min, sign or relu is applied to something that depends on z.
    [[nodiscard]] bool smooth() const;
    /// The first z of a fine grid over [-8, 8] (which contains 0) where value or derivative is not finite.
    [[nodiscard]] std::optional<double> first_non_finite() const;
    [[nodiscard]] const std::string& text() const;

  private:
    struct Compiled;
    explicit Expression(std::shared_ptr<const Compiled> what) : compiled(std::move(what)) {}

    std::shared_ptr<const Compiled> compiled;
};

}  // namespace hidyn::math
