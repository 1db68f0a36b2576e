// SPDX-License-Identifier: MIT
#include "models/spectral/hessian.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "math/gaussian/gauss_rules.hpp"

namespace hidyn::spectral {
namespace {

/// Averages of even functions over N(0, variance) that vary on the scale `finest` near zero: panels that
/// double outwards from there, up to half a standard deviation.
math::QuadratureRule half_normal(double variance, double finest) {
    constexpr double reach = 10.0;
    const math::QuadratureRule rule = math::gauss_legendre(12);
    const double deviation = std::sqrt(variance);
    const double widest = 0.5 * deviation;
    math::QuadratureRule found;
    double low = 0.0;
    while (low < reach * deviation) {
        const double width = std::min(std::max(low, finest), widest);
        for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
            const double x = low + width * rule.nodes[k];
            found.nodes.push_back(x);
            found.weights.push_back(2.0 * width * rule.weights[k] * std::exp(-0.5 * x * x / variance) /
                                    std::sqrt(2.0 * std::numbers::pi * variance));
        }
        low += width;
    }
    return found;
}

}  // namespace

WeightLaw hessian_weights(double a, double Q, double T, double Delta) {
    const double S = T + Delta;
    const double finest = 0.25 * std::sqrt(a);
    const math::QuadratureRule fields = half_normal(Q, finest);
    const math::QuadratureRule labels = half_normal(S, finest);
    WeightLaw law;
    law.lowest = -1.0;
    for (std::size_t i = 0; i < labels.nodes.size(); ++i) {
        const double y = labels.nodes[i];
        // Of the signal's own projection z* / sqrt(T), given the label.
        const double square = Delta / S + T * y * y / (S * S);
        for (std::size_t k = 0; k < fields.nodes.size(); ++k) {
            law.probability.push_back(labels.weights[i] * fields.weights[k]);
            law.weight.push_back(curvature(a, fields.nodes[k], y));
            law.square.push_back(square);
        }
    }
    return law;
}

}  // namespace hidyn::spectral
