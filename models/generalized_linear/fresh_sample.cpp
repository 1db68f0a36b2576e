#include "models/generalized_linear/fresh_sample.hpp"

#include <algorithm>
#include <cmath>

#include "math/sobol_normals.hpp"

namespace hidyn::generalized_linear {

using Eigen::Index;

namespace {

constexpr std::size_t points = 16384;

}  // namespace

FreshSample::FreshSample(const GeneralizedLinear& problem) : problem_(problem) {
    if (problem.closed()) return;
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

FreshSample::Errors FreshSample::errors(double Q, double R) {
    const double T = problem_.T();
    if (problem_.closed()) return {.loss = 0.5 * (Q - 2.0 * R + T + problem_.label.noise_variance())};
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
