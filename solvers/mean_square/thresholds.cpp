// SPDX-License-Identifier: MIT
#include "solvers/mean_square/thresholds.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>

#include "math/root.hpp"

namespace hidyn::mean_square {
namespace {

constexpr int bits = 52;  ///< of a root

/// The first entry of A_i in the recursion of one direction alone.
double self_gain(double eigenvalue, const HeavyBall& method) {
    const double eta = method.learning_rate;
    const double c = 1.0 + method.momentum - eta * eigenvalue;
    return c * c + eta * eta * eigenvalue * eigenvalue / method.batch_size;
}

double largest_eigenvalue(double eigenvalue, const HeavyBall& method) {
    const double beta = method.momentum;
    const double c = 1.0 + beta - method.learning_rate * eigenvalue;
    Eigen::Matrix3d A;
    A << self_gain(eigenvalue, method), -2.0 * beta * c, beta * beta, c, -beta, 0.0, 1.0, 0.0, 0.0;
    return A.eigenvalues().cwiseAbs().maxCoeff();
}

}  // namespace

double isotropic_critical_rate(double curvature, double d, double batch_size, double momentum) {
    const double ratio = (1.0 + momentum) / (1.0 - momentum);
    return 2.0 * (1.0 + momentum) / (curvature * (1.0 + (d + 1.0) / batch_size * ratio));
}

double isotropic_batch_sharpness(double curvature, double d, double batch_size) {
    const double B = batch_size;
    return curvature * (B * B + 3.0 * B * (d + 1.0) + d * d + 3.0 * d + 4.0) / (B * (B + d + 1.0));
}

double critical_rate(const std::vector<double>& eigenvalues, double batch_size, double momentum) {
    const double gap = 2.0 * (1.0 - momentum);
    const double share = (1.0 - momentum) / (1.0 + momentum) + 1.0 / batch_size;
    const double largest = *std::ranges::max_element(eigenvalues);
    const double pole = gap / (largest * share);
    // Multiplied by the distance from its pole, which keeps it finite there.
    const auto excess = [&](double eta) {
        double sum = 0.0;
        for (const double lambda : eigenvalues)
            sum += lambda == largest ? lambda / (largest * share)
                                     : lambda * (pole - eta) / (gap - eta * lambda * share);
        return eta / batch_size * sum - (pole - eta);
    };
    return math::root_between(excess, 0.0, pole, bits);
}

double growth_factor(const std::vector<double>& eigenvalues, const HeavyBall& method) {
    const double beta = method.momentum;
    const double eta = method.learning_rate;
    double alone = 0.0;
    for (const double lambda : eigenvalues) alone = std::max(alone, largest_eigenvalue(lambda, method));
    // Of rho - A_i: positive beyond the largest eigenvalue of A_i.
    const auto determinant = [&](double lambda, double rho) {
        const double c = 1.0 + beta - eta * lambda;
        return (rho - self_gain(lambda, method)) * (rho + beta) * rho + 2.0 * beta * c * c * rho -
               beta * beta * (rho + beta);
    };
    const auto excess = [&](double rho) {
        double sum = 0.0;
        // A_i holds what a direction does to itself; the sum couples it to all others.
        for (const double lambda : eigenvalues)
            sum += lambda * lambda * rho * (rho + beta) / determinant(lambda, rho);
        return 1.0 - eta * eta / method.batch_size * sum;
    };
    double high = std::max(1.0, 2.0 * alone);
    while (excess(high) < 0.0) high *= 2.0;
    // The root lies beyond every eigenvalue, which where two of one direction meet are known to half of all
    // digits only.
    double low = alone * (1.0 + 1e-12) + 1e-15;
    for (double step = 1e-12;
         std::ranges::any_of(eigenvalues, [&](double lambda) { return determinant(lambda, low) <= 0.0; });
         step *= 4.0)
        low = alone * (1.0 + step) + 1e-15;
    // Else it is between the two, and no further digit of it is known.
    return excess(low) < 0.0 ? math::root_between(excess, low, high, bits) : low;
}

MomentRecursion::MomentRecursion(std::vector<double> eigenvalues, HeavyBall method, double start)
    : eigenvalues_(std::move(eigenvalues)),
      method_(method),
      now_(eigenvalues_.size(), start),
      mixed_(now_),
      before_(now_) {}

void MomentRecursion::step() {
    const double beta = method_.momentum;
    const double eta = method_.learning_rate;
    double trace = 0.0;
    for (std::size_t i = 0; i < now_.size(); ++i) trace += eigenvalues_[i] * now_[i];
    double norm = 0.0;
    for (std::size_t i = 0; i < now_.size(); ++i) {
        const double lambda = eigenvalues_[i];
        const double c = 1.0 + beta - eta * lambda;
        const double next = self_gain(lambda, method_) * now_[i] - 2.0 * beta * c * mixed_[i] +
                            beta * beta * before_[i] + eta * eta * lambda / method_.batch_size * trace;
        mixed_[i] = c * now_[i] - beta * mixed_[i];
        before_[i] = now_[i];
        now_[i] = next;
        norm += next;
    }
    if (norm > 1e100 || norm < 1e-100) {
        for (std::vector<double>* all : {&now_, &mixed_, &before_})
            for (double& one : *all) one /= norm;
        log_scale_ += std::log(norm);
    }
}

double MomentRecursion::log_norm() const {
    double norm = 0.0;
    for (const double one : now_) norm += one;
    return log_scale_ + std::log(norm);
}

}  // namespace hidyn::mean_square
