// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "math/expression/multivariate.hpp"

/// Spectral estimators take the leading eigenvector of (1/n) sum_i T(y_i) x_i x_i^T as their guess of the
/// signal. Here is the preprocessing T.
namespace hidyn::spectral {

/// T(y), of labels of a signal of norm one per coordinate, y = z + sqrt(Delta) xi or its magnitude.
class Preprocessing {
  public:
    /// 1 - 1 / E[z^2 | y], cut off at `lowest`: positive overlap down to the smallest ratio of samples.
    /// Source: Luo, Alghamdi & Lu, arXiv 1811.04420.
    [[nodiscard]] static Preprocessing optimal(double Delta, double lowest);
    /// (y^2 - 1) / (y^2 + sqrt(2 alpha) - 1), alpha > 1/2. Source: Mondelli & Montanari, arXiv 1708.05932.
    [[nodiscard]] static Preprocessing mondelli_montanari(double alpha);
    /// y^2 where |y| <= largest, else 0. Source: Chen & Candes, arXiv 1505.05114.
    [[nodiscard]] static Preprocessing trimmed(double largest);
    /// 1 where |y| > smallest, else 0. Source: Wang, Giannakis & Eldar, arXiv 1605.08285.
    [[nodiscard]] static Preprocessing subset(double smallest);
    /// Any function of y.
    [[nodiscard]] static Preprocessing expression(math::MultivariateExpression function);

    void evaluate(std::span<const double> y, std::span<double> value) const;
    [[nodiscard]] double operator()(double y) const;

    /// sup T over y in R; none if T is not bounded above.
    [[nodiscard]] std::optional<double> supremum() const;
    /// Where T jumps or turns, as far as is known, within |y| <= reach.
    [[nodiscard]] std::vector<double> breaks(double reach) const;

  private:
    enum class Kind { optimal, mondelli_montanari, trimmed, subset, expression };
    Preprocessing(Kind kind, double parameter, double bound)
        : kind_(kind), parameter_(parameter), bound_(bound) {}

    Kind kind_;
    double parameter_, bound_;
    std::optional<math::MultivariateExpression> expression_;
};

}  // namespace hidyn::spectral
