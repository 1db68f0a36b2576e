// SPDX-License-Identifier: MIT
#include "solvers/bayes_optimal/prior_error.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hidyn::bayes_optimal {
namespace {

using generalized_linear::Prior;

/// Trapezoidal rule for an even function times a normal density of this variance, on |x| <= reach.
template <class Function>
double even_mean(double variance, double reach, double step, Function f) {
    const double height = step / std::sqrt(2.0 * std::numbers::pi * variance);
    double sum = height * f(0.0);
    const auto points = static_cast<int>(reach / step);
    for (int k = 1; k <= points; ++k) {
        const double x = step * k;
        sum += 2.0 * height * std::exp(-0.5 * x * x / variance) * f(x);
    }
    return sum;
}

/// 1 - E tanh(qhat + sqrt(qhat) x).
double rademacher_error(double qhat) {
    // Beyond this the error, exp(-qhat / 2), is no longer a number.
    if (qhat > 1400.0) return 0.0;
    const double root = std::sqrt(qhat);
    // 2 / (1 + exp(2 u)) exp(-x^2 / 2) is largest near x = -root and falls off like a Gaussian around it.
    const double step = std::min(0.1, 0.15 / std::max(root, 1e-3));
    const double low = -root - 10.0;
    double sum = 0.0;
    const auto points = static_cast<int>((10.0 - low) / step);
    for (int k = 0; k <= points; ++k) {
        const double x = low + step * k;
        const double u = qhat + root * x;
        const double small = std::exp(-2.0 * std::abs(u));
        const double share = u > 0.0 ? small / (1.0 + small) : 1.0 / (1.0 + small);
        sum += 2.0 * share * step * std::exp(-0.5 * x * x);
    }
    return sum / std::sqrt(2.0 * std::numbers::pi);
}

/// In units u = R sqrt(qhat) of the noise. Where |u| is large a coordinate is surely not zero and its
/// variance is that of the Gaussian part alone; the difference falls off like exp(-u^2 / 2).
double bernoulli_gauss_error(const generalized_linear::SignalLaw& law, double T, double qhat) {
    const double noise = 1.0 / qhat;
    const double wide = 1.0 + T / law.sparsity * qhat;  // variance of u of the coordinates that are not zero
    const double active = T / law.sparsity / wide;
    const auto excess = [&](double u) {
        return generalized_linear::posterior(law, T, u * std::sqrt(noise), noise).variance - active;
    };
    // The odds of being zero have poles at a distance of order pi / u from the real axis.
    constexpr double step = 0.02;
    const double odds = std::log((1.0 - law.sparsity) / law.sparsity) + 0.5 * std::log(wide);
    const double reach = std::sqrt(100.0 + 2.0 * std::max(odds, 0.0) * wide / std::max(wide - 1.0, 1e-12));
    const double most = std::min(reach, 10.0 * std::sqrt(wide));
    return active + (1.0 - law.sparsity) * even_mean(1.0, std::min(most, 10.0), step, excess) +
           law.sparsity * even_mean(wide, most, step, excess);
}

}  // namespace

double prior_error(const generalized_linear::SignalLaw& law, double T, double qhat) {
    if (qhat <= 0.0) return T;
    switch (law.prior) {
        case Prior::gaussian:
            return T / (1.0 + T * qhat);
        case Prior::rademacher:
            return rademacher_error(qhat);
        case Prior::bernoulli_gauss:
            return bernoulli_gauss_error(law, T, qhat);
    }
    return T;
}

}  // namespace hidyn::bayes_optimal
