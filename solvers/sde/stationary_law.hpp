// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "solvers/equations/deep_linear/mode_law.hpp"

namespace hidyn::sde {

/// The law that a mode's strength s settles into under label noise: the zero-flux density of its diffusion,
///   p(a) ~ exp(2 int b / sigma^2 da) / sigma^2,  s = a^L,
/// on a grid even in ln a. It falls as s^{3/L - 5} for large s, so that for L <= 3 no third moment exists.
class StationaryLaw {
  public:
    /// The law exists.
    explicit StationaryLaw(const ModeLaw& law);

    /// What keeps the law from existing, "" if nothing: without label noise there is no density, and two
    /// layers are driven to 0 by noise beyond eta / B = 2 m / (2 m^2 + Delta).
    [[nodiscard]] static std::string defect(const ModeLaw& law);

    [[nodiscard]] double mean() const { return mean_; }
    [[nodiscard]] double variance() const { return variance_; }
    /// P(s <= strength).
    [[nodiscard]] double distribution(double strength) const;
    [[nodiscard]] double quantile(double level) const;
    /// Mean of a function of s.
    template <class Function>
    [[nodiscard]] double average(Function function) const {
        double sum = 0.0;
        for (std::size_t point = 0; point < x_.size(); ++point)
            sum += weight_[point] * function(strength(point));
        return sum;
    }

  private:
    [[nodiscard]] double strength(std::size_t point) const;

    double L_;
    std::vector<double> x_;           ///< ln a, even
    std::vector<double> weight_;      ///< of each point, together 1
    std::vector<double> cumulative_;  ///< up to each point
    double tail_slope_ = 0.0;         ///< p(ln a) ~ exp(tail_slope ln a) below the grid
    double mean_ = 0.0, variance_ = 0.0;
};

}  // namespace hidyn::sde
