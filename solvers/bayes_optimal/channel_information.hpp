// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "models/generalized_linear/bayes_channel.hpp"

namespace hidyn::bayes_optimal {

/// qhat(V) = alpha E g_out(omega, y, V)^2 with omega ~ N(0, T - V) and z* = omega + sqrt(V) N(0, 1): the
/// precision with which alpha d labels show a coordinate of the signal when preactivations are known up to a
/// variance V. Source: Barbier, Krzakala, Macris, Miolane & Zdeborova, arXiv 1708.03395. Relative error
/// below 1e-11, but for magnitudes at T - V below 1e-10 T, where it is 1e-15 T / (T - V).
class ChannelInformation {
  public:
    ChannelInformation(const generalized_linear::ChannelLaw& law, double alpha, double T);

    /// 0 < V <= T.
    [[nodiscard]] double operator()(double V) const;

  private:
    [[nodiscard]] double of_sign(double V) const;
    [[nodiscard]] double of_magnitude(double V) const;
    [[nodiscard]] double of_logistic(double V) const;

    generalized_linear::ChannelLaw law_;
    double alpha_, T_;
    std::vector<double> magnitude_;  ///< Chebyshev coefficients, for magnitudes only
};

}  // namespace hidyn::bayes_optimal
