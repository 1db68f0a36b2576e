// SPDX-License-Identifier: MIT
#include "solvers/linear_noise/learning_time.hpp"

#include <cmath>
#include <numbers>

#include "math/integral.hpp"

namespace hidyn::linear_noise {
namespace {

double normal_distribution(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normal_density(double z) {
    return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
}

}  // namespace

LearningTime::LearningTime(const sde::ModeLaw& law, double start, double end) {
    // In x = ln a, where the way out of a small start is even.
    const auto integral = [&](auto integrand) {
        return math::integral(
            [&](double x) {
                return integrand(law.relative(std::exp(law.L * x), std::exp((law.L - 2.0) * x)));
            },
            std::log(start) / law.L, std::log(end) / law.L, 1e-12);
    };
    using At = sde::ModeLaw::Relative;
    mean = integral([](const At& at) { return 1.0 / at.drift; }) +
           integral([](const At& at) { return 0.5 * at.diffusion * at.slope / std::pow(at.drift, 3); }) +
           0.5 * law.step;
    deviation = std::sqrt(integral([](const At& at) { return at.diffusion / std::pow(at.drift, 3); }) +
                          law.step * law.step / 12.0);
}

double LearningTime::distribution(double time) const {
    return normal_distribution((time - mean) / deviation);
}

// min(T, t) = t - (t - T)_+, with the moments of a Gaussian's positive part.
double LearningTime::mean_up_to(double time) const {
    const double z = (time - mean) / deviation;
    return time - deviation * (z * normal_distribution(z) + normal_density(z));
}

double LearningTime::variance_up_to(double time) const {
    const double z = (time - mean) / deviation;
    const double first = z * normal_distribution(z) + normal_density(z);
    const double second = (z * z + 1.0) * normal_distribution(z) + z * normal_density(z);
    return std::max(0.0, deviation * deviation * (second - first * first));
}

}  // namespace hidyn::linear_noise
