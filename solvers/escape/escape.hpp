// SPDX-License-Identifier: MIT
#pragma once

/// Escape from mediocrity: the first passage of the squared overlap u = R^2 / (Q T) of one neuron under
/// spherical online SGD, y = lambda*^2 + noise, from a random start.
///
/// In the limit d -> infinity du/dt = 2 u (a (1 - u) - b). From a random start u is of order 1/d, where a
/// single step's noise matters as much as the drift: z = R sqrt(d) obeys dz = (rho/2) z dt + sigma dB. Late
/// enough its law is that of a start with z^2 = (1/d_0 + sigma^2 / (rho d)) d chi^2_1, d_0 the size at which
/// the start was drawn, and from there on u follows the drift. Corrections are of order d^-1/2 in a single
/// run's passage, and of order log(d) / d in its mean, for rho itself has some of order 1/d. Source:
/// Arnaboldi, Krzakala, Loureiro and Stephan, arXiv 2305.18502, for the equation and its scaling; the factor
/// 1 + sigma^2 / rho is derived here.
namespace hidyn::escape {

/// The rates of the equations above.
struct Neuron {
    double a = 0.0, b = 0.0;
    double diffusion = 0.0;  ///< sigma^2

    /// rho = 2 (a - b); there is no escape unless it is positive.
    [[nodiscard]] double growth() const { return 2.0 * (a - b); }
    /// Where u ends.
    [[nodiscard]] double limit() const { return 1.0 - b / a; }
};

/// For the loss (f - y)^2 / 4 with f = lambda^2, |w|^2 = |w*|^2 = d: a = 2 eta - 6 eta^2 / B, b = eta^2 Delta
/// / (2 B), sigma^2 = eta^2 (12 + Delta) / B.
[[nodiscard]] Neuron phase_retrieval(double learning_rate, double label_noise, double batch);

/// The law of the time t_theta at which u first reaches `threshold` < limit.
class FirstPassage {
  public:
    /// `variance` is 1/d_0 + sigma^2 / (rho d).
    FirstPassage(const Neuron& neuron, double threshold, double variance);

    /// P(t_theta <= t).
    [[nodiscard]] double distribution(double t) const;
    /// E min(t_theta, t1) - E min(t_theta, t0), the integral of P(t_theta > t).
    [[nodiscard]] double mean_between(double t0, double t1) const;
    /// E t_theta up to a relative order 1/d, in closed form.
    [[nodiscard]] double mean() const;

  private:
    [[nodiscard]] double survival(double t) const;

    double growth_, ratio_;  // ratio = threshold / limit
    double start_;           // threshold / variance
};

}  // namespace hidyn::escape
