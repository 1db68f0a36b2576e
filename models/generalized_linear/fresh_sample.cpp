// SPDX-License-Identifier: MIT
#include "models/generalized_linear/fresh_sample.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "math/gaussian/gauss_rules.hpp"
#include "math/gaussian/logistic_average.hpp"
#include "math/gaussian/sobol_normals.hpp"

namespace hidyn::generalized_linear {

using Eigen::Index;

namespace {

constexpr std::size_t points = 16384;

}  // namespace

FreshSample::FreshSample(const GeneralizedLinear& problem) : problem_(problem) {
    if (problem.closed() || (problem.label.binary() && problem.knows_channel())) return;
    normals_ = math::sobol_normals(points, 3);
    field_.resize(points);
    output_.resize(points);
    value_.resize(points);
    for (std::size_t i = 0; i < points; ++i)
        field_[i] = std::sqrt(problem.T()) * normals_(static_cast<Index>(i), 0);
    label_.resize(points);
    if (problem.label.binary()) {
        positive_.resize(points);
        problem.label.positive_probability(field_.data(), points, points, positive_.data());
    } else {
        problem.label.evaluate(field_.data(), points, normals_.col(2).data(), points, label_.data());
    }
}

FreshSample::Errors FreshSample::binary_errors(double Q, double R) const {
    // Of the teacher, the student's preactivation z leaves a Gaussian: mean R z / Q, variance T - R^2 / Q.
    const double slope = Q > 0.0 ? R / Q : 0.0;
    const double rest = std::max(problem_.T() - slope * R, 0.0);
    const math::LogisticAverage logistic(rest);
    const double spread = std::sqrt(2.0 * (rest + problem_.label.noise_variance()));
    const auto positive = [&](double z) {
        const double mean = slope * z;
        if (problem_.label.channel() == LabelChannel::logistic) return logistic.jet(mean)[0];
        return spread > 0.0 ? 0.5 * std::erfc(-mean / spread) : (mean < 0.0 ? 0.0 : 1.0);
    };
    // The sign of the output jumps at 0: panels end there.
    constexpr double reach = 9.0;
    constexpr int panels = 36;
    static const math::QuadratureRule rule = math::gauss_legendre(8);
    Errors errors;
    for (int panel = 0; panel < panels; ++panel)
        for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
            const double width = 2.0 * reach / panels;
            const double b = -reach + width * (panel + rule.nodes[k]);
            const double z = std::sqrt(Q) * b;
            const double weight =
                width * rule.weights[k] * std::exp(-0.5 * b * b) / std::sqrt(2.0 * std::numbers::pi);
            const double p = positive(z);
            const double labels[] = {1.0, -1.0};
            const double fields[] = {z, z};
            double values[2];
            problem_.loss.evaluate(fields, 2, labels, 2, {.value = values, .stride = 2});
            errors.loss += weight * (p * values[0] + (1.0 - p) * values[1]);
            double output = 0.0;
            const double* row = &z;
            problem_.loss.link().values({&row, 1}, 1, &output);
            errors.classification += weight * (output < 0.0 ? p : 1.0 - p);
        }
    return errors;
}

FreshSample::Errors FreshSample::errors(double Q, double R) {
    const double T = problem_.T();
    const double Delta = problem_.label.noise_variance();
    if (problem_.closed()) return {.loss = 0.5 * (Q - 2.0 * R + T + Delta)};
    // A magnitude is not correlated with what it is the magnitude of.
    if (problem_.squared() && problem_.knows_channel() && problem_.label.channel() == LabelChannel::magnitude)
        return {.loss = 0.5 * (Q + T + Delta)};
    if (problem_.label.binary() && problem_.knows_channel()) return binary_errors(Q, R);
    const double along = R / std::sqrt(T);
    const double across = std::sqrt(std::max(Q - along * along, 0.0));
    for (std::size_t i = 0; i < points; ++i) {
        const auto row = static_cast<Index>(i);
        field_[i] = along * normals_(row, 0) + across * normals_(row, 1);
    }
    Errors errors;
    const auto mean_loss = [&](double label, auto weight) {
        if (problem_.label.binary()) std::ranges::fill(label_, label);
        problem_.loss.evaluate(field_.data(), points, label_.data(), points,
                               {.value = value_.data(), .stride = points});
        double sum = 0.0;
        for (std::size_t i = 0; i < points; ++i) sum += weight(i) * value_[i];
        return sum / static_cast<double>(points);
    };
    if (!problem_.label.binary()) {
        errors.loss = mean_loss(0.0, [](std::size_t) { return 1.0; });
        return errors;
    }
    errors.loss = mean_loss(1.0, [&](std::size_t i) { return positive_[i]; }) +
                  mean_loss(-1.0, [&](std::size_t i) { return 1.0 - positive_[i]; });
    const double* rows[] = {field_.data()};
    problem_.loss.link().values(rows, points, output_.data());
    double wrong = 0.0;
    for (std::size_t i = 0; i < points; ++i) wrong += output_[i] < 0.0 ? positive_[i] : 1.0 - positive_[i];
    errors.classification = wrong / static_cast<double>(points);
    return errors;
}

}  // namespace hidyn::generalized_linear
