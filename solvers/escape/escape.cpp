// SPDX-License-Identifier: MIT
#include "solvers/escape/escape.hpp"

#include <cmath>
#include <numbers>

#include "math/integral.hpp"

namespace hidyn::escape {

Neuron phase_retrieval(double learning_rate, double label_noise, double batch) {
    const double square = learning_rate * learning_rate / batch;
    return {.a = 2.0 * learning_rate - 6.0 * square,
            .b = 0.5 * square * label_noise,
            .diffusion = square * (12.0 + label_noise)};
}

FirstPassage::FirstPassage(const Neuron& neuron, double threshold, double variance)
    : growth_(neuron.growth()), ratio_(threshold / neuron.limit()), start_(threshold / variance) {}

// A start u_0 passes later than t if it is below theta e^{-rho t} / (1 - (theta / u_inf) (1 - e^{-rho t})).
double FirstPassage::survival(double t) const {
    const double decay = std::exp(-growth_ * t);
    return std::erf(std::sqrt(0.5 * start_ * decay / (1.0 + ratio_ * std::expm1(-growth_ * t))));
}

double FirstPassage::distribution(double t) const {
    const double decay = std::exp(-growth_ * t);
    return std::erfc(std::sqrt(0.5 * start_ * decay / (1.0 + ratio_ * std::expm1(-growth_ * t))));
}

double FirstPassage::mean_between(double t0, double t1) const {
    if (t1 <= t0) return 0.0;
    return math::integral([this](double t) { return survival(t); }, t0, t1, 1e-12);
}

double FirstPassage::mean() const {
    const double log_chi_square = -std::numbers::egamma - std::numbers::ln2;  // E log chi^2_1
    return (std::log(start_) - log_chi_square - std::log1p(-ratio_)) / growth_;
}

}  // namespace hidyn::escape
