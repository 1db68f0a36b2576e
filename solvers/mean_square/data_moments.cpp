// SPDX-License-Identifier: MIT
#include "solvers/mean_square/data_moments.hpp"

#include <algorithm>
#include <cmath>

#include "math/root.hpp"

namespace hidyn::mean_square {

using Eigen::MatrixXd;

DataMoments::DataMoments(const MatrixXd& X, const HeavyBall& method)
    : X_(X), H_(X * X.transpose() / static_cast<double>(X.cols())), method_(method) {
    const auto n = static_cast<double>(X.cols());
    spread_ = n > 1.0 ? (n - method.batch_size) / (method.batch_size * (n - 1.0)) : 0.0;
    now_ = MatrixXd::Identity(X.rows(), X.rows()) / static_cast<double>(X.rows());
    mixed_ = before_ = now_;
}

MatrixXd DataMoments::batch_mean(const MatrixXd& P) const {
    const MatrixXd mean = H_ * P * H_;
    const Eigen::VectorXd weights = (X_.array() * (P * X_).array()).colwise().sum();
    const MatrixXd single = X_ * weights.asDiagonal() * X_.transpose() / static_cast<double>(X_.cols());
    return mean + spread_ * (single - mean);
}

// With C_B = (1 + beta) I - eta H_B: P' = E[C_B P C_B] - beta (C Q + Q^T C) + beta^2 R, Q' = C P - beta Q^T,
// R' = P, Q = E theta_k theta_{k-1}^T.
void DataMoments::step() {
    const double beta = method_.momentum;
    const double eta = method_.learning_rate;
    const MatrixXd drift = H_ * now_;
    const MatrixXd crossed = (1.0 + beta) * mixed_ - eta * H_ * mixed_;
    const MatrixXd next = (1.0 + beta) * ((1.0 + beta) * now_ - eta * (drift + drift.transpose())) +
                          eta * eta * batch_mean(now_) - beta * (crossed + crossed.transpose()) +
                          beta * beta * before_;
    mixed_ = (1.0 + beta) * now_ - eta * drift - beta * mixed_.transpose().eval();
    before_ = now_;
    now_ = 0.5 * (next + next.transpose());  // else rounding grows into an antisymmetric part
    const double norm = now_.trace();
    if (norm > 1e100 || norm < 1e-100) {
        now_ /= norm;
        mixed_ /= norm;
        before_ /= norm;
        log_scale_ += std::log(norm);
    }
}

double DataMoments::log_norm() const {
    return log_scale_ + std::log(now_.trace());
}

double growth_factor(const MatrixXd& X, const HeavyBall& method) {
    DataMoments moments(X, method);
    constexpr int block = 20;
    constexpr int most = 200;
    double last = 0.0;
    double before = 0.0;
    for (int k = 0; k < most; ++k) {
        for (int step = 0; step < block; ++step) moments.step();
        const double now = (moments.log_norm() - before) / block;
        before = moments.log_norm();
        if (k > 2 && std::abs(now - last) < 1e-8) return std::exp(now);
        last = now;
    }
    return std::exp(last);
}

double critical_rate(const MatrixXd& X, const HeavyBall& method) {
    const double norm = (X * X.transpose() / static_cast<double>(X.cols())).norm();
    const auto excess = [&](double eta) {
        HeavyBall at = method;
        at.learning_rate = eta;
        return std::log(growth_factor(X, at));
    };
    double high = 2.0 * (1.0 + method.momentum) / norm;
    while (excess(high) < 0.0) high *= 1.5;
    double low = 0.5 * high;
    while (excess(low) > 0.0) low *= 0.5;
    return math::root_within(excess, low, high, 1e-6, 60);
}

}  // namespace hidyn::mean_square
