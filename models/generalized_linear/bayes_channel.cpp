// SPDX-License-Identifier: MIT
#include "models/generalized_linear/bayes_channel.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "math/gaussian/logistic_average.hpp"

namespace hidyn::generalized_linear {

using teacher_student::LabelChannel;

double inverse_mills_ratio(double x) {
    if (x > -25.0)
        return std::exp(-0.5 * x * x) * std::numbers::sqrt2 * std::numbers::inv_sqrtpi /
               std::erfc(-x / std::numbers::sqrt2);
    // Phi(x) = phi(x) / (-x + 1 / (-x + 2 / (-x + 3 / ...))).
    double fraction = -x;
    for (int k = 12; k >= 1; --k) fraction = -x + k / fraction;
    return fraction;
}

void output_scores(const ChannelLaw& law, const double* omega, const double* y, double V, std::size_t count,
                   double* score, double* slope) {
    const double S = V + law.noise_variance;
    switch (law.channel) {
        case LabelChannel::additive:
            for (std::size_t i = 0; i < count; ++i) {
                score[i] = (y[i] - omega[i]) / S;
                slope[i] = -1.0 / S;
            }
            return;
        case LabelChannel::magnitude:
            // z + noise is y or -y, with the odds of the two under N(omega, S).
            for (std::size_t i = 0; i < count; ++i) {
                const double lean = std::tanh(y[i] * omega[i] / S);
                score[i] = (y[i] * lean - omega[i]) / S;
                slope[i] = (y[i] * y[i] * (1.0 - lean) * (1.0 + lean) / S - 1.0) / S;
            }
            return;
        case LabelChannel::sign: {
            const double root = std::sqrt(S);
            for (std::size_t i = 0; i < count; ++i) {
                const double ratio = inverse_mills_ratio(y[i] * omega[i] / root) / root;
                score[i] = y[i] * ratio;
                slope[i] = -ratio * (y[i] * omega[i] / S + ratio);
            }
            return;
        }
        case LabelChannel::logistic: {
            const math::LogisticAverage average(V);
            for (std::size_t i = 0; i < count; ++i) {
                const auto [Z, first, second] = average.jet(y[i] * omega[i]);
                score[i] = y[i] * first / Z;
                slope[i] = second / Z - (first / Z) * (first / Z);
            }
            return;
        }
    }
}

}  // namespace hidyn::generalized_linear
