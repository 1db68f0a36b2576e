// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hidyn::math {

/// The families for which Gaussian integrals have closed forms, and everything else.
enum class Family { erf, relu, polynomial, general };

/// One line of the list of named activations.
struct ActivationDescription {
    std::string name;
    std::string formula;  ///< in z
    bool closed_forms = false;
};

/// The function g that a unit applies to its preactivation. Copies are cheap and share everything; any number
/// of threads may use one. Values do not depend on where in a span their argument stands, and no call
/// allocates.
class Activation {
  public:
    /// One of `catalogue()`; throws InputError for another name.
    [[nodiscard]] static Activation named(std::string_view name);
    /// Any function of z (see Expression); throws ExpressionError. A polynomial is recognised as one.
    [[nodiscard]] static Activation from_expression(std::string_view text);
    [[nodiscard]] static std::vector<ActivationDescription> catalogue();

    [[nodiscard]] Family family() const;
    /// Coefficients of a polynomial, lowest power first; empty for the other families.
    [[nodiscard]] const std::vector<double>& coefficients() const;
    /// The name, or the text of the expression.
    [[nodiscard]] const std::string& label() const;
    /// False if g or g' has a kink or a jump. Kinks take a one-sided derivative: relu'(0) = 0.
    [[nodiscard]] bool smooth() const;
    /// Whether g'' is all there is to the second derivative (at a kink it would hold a delta function too).
    [[nodiscard]] bool twice_differentiable() const { return smooth(); }
    /// How much faster than tanh a smooth general activation turns: max |g''| / max |g'| in units of tanh's,
    /// at least
    /// 1. (tanh(5 z) and 1 / (1 + exp(-10 z)): 5.) Quadrature scales its steps with it.
    [[nodiscard]] double steepness() const;

    void values(std::span<const double> z, std::span<double> g) const;
    void values_and_derivatives(std::span<const double> z, std::span<double> g, std::span<double> dg) const;
    /// g, g' and g''; away from its kinks if g has any.
    void jets(std::span<const double> z, std::span<double> g, std::span<double> dg,
              std::span<double> ddg) const;
    [[nodiscard]] double value(double z) const;
    [[nodiscard]] double derivative(double z) const;

  private:
    struct Definition;
    explicit Activation(std::shared_ptr<const Definition> what) : definition(std::move(what)) {}

    std::shared_ptr<const Definition> definition;
};

}  // namespace hidyn::math
