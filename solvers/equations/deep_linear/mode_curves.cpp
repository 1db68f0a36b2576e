// SPDX-License-Identifier: MIT
#include "solvers/equations/deep_linear/mode_curves.hpp"

#include <cmath>
#include <utility>

#include "math/integral.hpp"
#include "math/root.hpp"

namespace hidyn::modes {

using Eigen::Index;
using Eigen::VectorXd;

// 1 / (w^{L-1} (m - w^L)) = (w^{1-L} + w / (m - w^L)) / m. The last part has a logarithm at w^L -> m, which
// is taken out: w / (m - w^L) = [w - c L w^{L-1}] / (m - w^L) + c L w^{L-1} / (m - w^L), c = m^{2/L} / (L m).
double hitting_time(double m, double start, double end, std::size_t depth) {
    const auto L = static_cast<double>(depth);
    if (depth == 1) return std::log((m - start) / (m - end));
    if (depth == 2) return std::log(end * (m - start) / (start * (m - end))) / (2.0 * m);
    const double u0 = std::pow(start, 1.0 / L);
    const double u = std::pow(end, 1.0 / L);
    const double c = std::pow(m, 2.0 / L) / (L * m);
    const auto smooth = [&](double w) {
        const double rest = m - std::pow(w, L);
        // The bracket vanishes with the denominator; its limit is finite.
        if (std::abs(rest) < 1e-9 * m) return (L - 2.0) / (L * std::pow(w, L - 1.0));
        return (w - c * L * std::pow(w, L - 1.0)) / rest;
    };
    const double regular = math::integral(smooth, u0, u, 1e-13);
    return (std::pow(u0, 2.0 - L) - std::pow(u, 2.0 - L)) / ((L - 2.0) * m) +
           (regular + c * std::log((m - start) / (m - end))) / m;
}

double balanced(double m, double start, std::size_t depth, double time) {
    if (depth == 1) return m + (start - m) * std::exp(-time);
    if (depth == 2) return m / (1.0 + (m / start - 1.0) * std::exp(-2.0 * m * time));
    if (time == 0.0 || start == m) return start;
    // In x = log(s / |m - s|), which runs to infinity evenly.
    const bool below = start < m;
    const auto strength = [&](double x) {
        return below ? m / (1.0 + std::exp(-x)) : m / (1.0 - std::exp(-x));
    };
    const double x0 = std::log(start / std::abs(m - start));
    const auto late = [&](double x) { return hitting_time(m, start, strength(x), depth) - time; };
    double step = 1.0;
    while (late(x0 + step) < 0.0 && step < 500.0) step *= 2.0;
    // Nothing is left to learn.
    if (x0 + step > 36.0 && late(36.0) < 0.0) return m;
    return strength(math::root_between(late, x0, std::min(x0 + step, 36.0), 50));
}

double unbalanced(double m, double a, double b, double time) {
    if (std::abs(a) > std::abs(b)) std::swap(a, b);
    const double sign = b < 0.0 ? -1.0 : 1.0;
    a *= sign;
    b *= sign;
    const double lambda = (b - a) * (b + a);
    if (lambda < 1e-12 * b * b) return balanced(m, a * b, 2, time);
    const double v0 = (a + b) * (a + b) / lambda;
    const double k = std::sqrt(4.0 * m * m + lambda * lambda);
    const double high = (2.0 * m + k) / lambda;
    const double low = -lambda / (2.0 * m + k);
    const double ratio = (v0 - high) / (v0 - low) * std::exp(-k * time);
    const double v = (high - low * ratio) / (1.0 - ratio);
    return 0.25 * lambda * (v - 1.0 / v);
}

std::vector<double> effective_starts(const std::vector<Eigen::MatrixXd>& weights, std::size_t modes) {
    std::vector<VectorXd> before;
    std::vector<double> starts;
    for (std::size_t alpha = 0; alpha < modes; ++alpha) {
        const auto mode = static_cast<Index>(alpha);
        VectorXd part = 0.5 * (weights[1].row(mode).transpose() + weights[0].col(mode));
        for (const VectorXd& stronger : before)
            part -= stronger * (stronger.dot(part) / stronger.squaredNorm());
        starts.push_back(part.squaredNorm());
        before.push_back(part);
    }
    return starts;
}

}  // namespace hidyn::modes
