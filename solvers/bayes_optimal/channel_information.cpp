// SPDX-License-Identifier: MIT
#include "solvers/bayes_optimal/channel_information.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "math/gaussian/logistic_average.hpp"

namespace hidyn::bayes_optimal {
namespace {

using teacher_student::LabelChannel;

constexpr double pi = std::numbers::pi;

double density(double x) {
    return std::exp(-0.5 * x * x) / std::sqrt(2.0 * pi);
}

/// Trapezoidal rule on [-9.5, 9.5], for smooth functions times a normal density.
template <class Function>
double normal_mean(int intervals, Function f) {
    constexpr double reach = 9.5;
    const double step = 2.0 * reach / intervals;
    double sum = 0.0;
    for (int k = 0; k <= intervals; ++k) {
        const double x = -reach + step * k;
        sum += step * density(x) * f(x);
    }
    return sum;
}

/// F(s) = 2 E_a int_0^inf y^2 phi(y) / cosh(s a y) dy, a and y standard normal: a smooth even function on
/// [0, 1], F(0) = 1.
double magnitude_integral(double s) {
    return normal_mean(240, [&](double a) {
        constexpr int intervals = 190;
        constexpr double step = 9.5 / intervals;
        double sum = 0.0;
        for (int k = 1; k <= intervals; ++k) {
            const double y = step * k;
            sum += 2.0 * step * y * y * density(y) / std::cosh(s * a * y);
        }
        return sum;
    });
}

constexpr int degree = 48;  ///< of the interpolation of F: error 1e-14

std::vector<double> chebyshev_coefficients() {
    std::vector<double> value(degree);
    for (int k = 0; k < degree; ++k)
        value[static_cast<std::size_t>(k)] =
            magnitude_integral(0.5 + 0.5 * std::cos(pi * (k + 0.5) / degree));
    std::vector<double> coefficient(degree, 0.0);
    for (int j = 0; j < degree; ++j)
        for (int k = 0; k < degree; ++k)
            coefficient[static_cast<std::size_t>(j)] += (j == 0 ? 1.0 : 2.0) / degree *
                                                        value[static_cast<std::size_t>(k)] *
                                                        std::cos(pi * j * (k + 0.5) / degree);
    return coefficient;
}

/// Clenshaw's recurrence on [0, 1].
double chebyshev_sum(const std::vector<double>& coefficient, double s) {
    const double x = 2.0 * s - 1.0;
    double next = 0.0;
    double after = 0.0;
    for (std::size_t j = coefficient.size() - 1; j > 0; --j) {
        const double now = coefficient[j] + 2.0 * x * next - after;
        after = next;
        next = now;
    }
    return coefficient[0] + x * next - after;
}

}  // namespace

ChannelInformation::ChannelInformation(const generalized_linear::ChannelLaw& law, double alpha, double T)
    : law_(law), alpha_(alpha), T_(T) {
    if (law.channel != LabelChannel::magnitude) return;
    static const std::vector<double> shared = chebyshev_coefficients();
    magnitude_ = shared;
}

double ChannelInformation::operator()(double V) const {
    switch (law_.channel) {
        case LabelChannel::additive:
            return alpha_ / (V + law_.noise_variance);
        case LabelChannel::sign:
            return of_sign(V);
        case LabelChannel::magnitude:
            return of_magnitude(V);
        case LabelChannel::logistic:
            return of_logistic(V);
    }
    return 0.0;
}

// With S = V + Delta and a^2 = q / S, qhat = (alpha / S) E phi(a x)^2 / (Phi(a x) Phi(-a x)). phi(a x)^2 is
// taken into the Gaussian weight, whose variance becomes 1 / (1 + 2 a^2).
double ChannelInformation::of_sign(double V) const {
    const double S = V + law_.noise_variance;
    const double a2 = std::max(T_ - V, 0.0) / S;
    const double width = 1.0 / std::sqrt(1.0 + 2.0 * a2);
    const double scale = std::sqrt(0.5 * a2) * width;  // a x / sqrt(2), at most x / 2
    const double mean =
        normal_mean(320, [&](double x) { return 2.0 / (pi * std::erfc(scale * x) * std::erfc(-scale * x)); });
    return alpha_ / S * width * mean;
}

// qhat = (alpha / S) (1 - J), J = F(s) sqrt(1 - s^2), s^2 = q / (q + S).
double ChannelInformation::of_magnitude(double V) const {
    const double S = V + law_.noise_variance;
    const double s2 = std::max(T_ - V, 0.0) / (T_ + law_.noise_variance);
    const double J = std::sqrt(S / (T_ + law_.noise_variance)) * chebyshev_sum(magnitude_, std::sqrt(s2));
    return alpha_ / S * (1.0 - J);
}

// P(y = 1 | omega) = E sigma(omega + sqrt(V) N(0, 1)), g_out = P' / P or -P' / (1 - P).
double ChannelInformation::of_logistic(double V) const {
    const math::LogisticAverage average(V);
    const double root = std::sqrt(std::max(T_ - V, 0.0));
    // The integrand has the poles of sigma, at a distance of pi / root.
    const int intervals = std::max(64, static_cast<int>(24.0 * root));
    return alpha_ * normal_mean(intervals, [&](double x) {
               const double slope = average.jet(root * x)[1];
               return slope * slope / (average.jet(root * x)[0] * average.jet(-root * x)[0]);
           });
}

}  // namespace hidyn::bayes_optimal
