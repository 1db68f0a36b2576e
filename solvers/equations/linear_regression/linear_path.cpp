// SPDX-License-Identifier: MIT
#include "solvers/equations/linear_regression/linear_path.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::closed_form {

LinearPath::LinearPath(const multi_index::MultiIndex& problem)
    : spectrum_(problem.sample_ratio),
      alpha_(problem.sample_ratio),
      eta_(problem.algorithm.learning_rate),
      rho_(problem.algorithm.ridge),
      Delta_(problem.label.noise_variance()),
      Q_(problem.initial.Q(0, 0)),
      R_(problem.initial.R(0, 0)),
      T_(problem.initial.T(0, 0)) {}

double LinearPath::rate(double mu) const {
    return eta_ * (mu + rho_);
}

double LinearPath::learned(double mu, double kept) const {
    return mu > 0.0 ? mu / (mu + rho_) * (1.0 - kept) : 0.0;
}

LinearPath::Kept LinearPath::after_time(double time) const {
    Kept kept;
    for (const double mu : spectrum_.nodes) kept.share.push_back(std::exp(-rate(mu) * time));
    kept.share.push_back(std::exp(-rate(0.0) * time));
    return kept;
}

LinearPath::Kept LinearPath::after_steps(double steps, double step) const {
    Kept kept;
    for (const double mu : spectrum_.nodes) kept.share.push_back(std::pow(1.0 - step * rate(mu), steps));
    kept.share.push_back(std::pow(1.0 - step * rate(0.0), steps));
    return kept;
}

double LinearPath::correlation(const Kept& t, const Kept& s) const {
    double sum = spectrum_.atom * t.share.back() * s.share.back() * Q_;
    for (std::size_t k = 0; k < spectrum_.nodes.size(); ++k) {
        const double mu = spectrum_.nodes[k];
        const double e = t.share[k];
        const double e_s = s.share[k];
        const double a = learned(mu, e);
        const double a_s = learned(mu, e_s);
        sum += spectrum_.weights[k] *
               (e * e_s * Q_ + (e * a_s + a * e_s) * R_ + a * a_s * (T_ + Delta_ / (alpha_ * mu)));
    }
    return sum;
}

double LinearPath::teacher_overlap(const Kept& t) const {
    double sum = spectrum_.atom * t.share.back() * R_;
    for (std::size_t k = 0; k < spectrum_.nodes.size(); ++k)
        sum += spectrum_.weights[k] * (t.share[k] * R_ + learned(spectrum_.nodes[k], t.share[k]) * T_);
    return sum;
}

double LinearPath::residual(const Kept& t) const {
    // The label noise orthogonal to the span of the data is never fitted.
    double sum = Delta_ * (1.0 - std::min(1.0, 1.0 / alpha_));
    for (std::size_t k = 0; k < spectrum_.nodes.size(); ++k) {
        const double mu = spectrum_.nodes[k];
        const double e = t.share[k];
        const double b = 1.0 - learned(mu, e);
        sum += spectrum_.weights[k] / alpha_ *
               (alpha_ * mu * (e * e * Q_ - 2.0 * e * b * R_ + b * b * T_) + Delta_ * b * b);
    }
    return sum;
}

double LinearPath::response(const Kept& since) const {
    double sum = spectrum_.atom * since.share.back();
    for (std::size_t k = 0; k < spectrum_.nodes.size(); ++k) sum += spectrum_.weights[k] * since.share[k];
    return sum;
}

}  // namespace hidyn::closed_form
