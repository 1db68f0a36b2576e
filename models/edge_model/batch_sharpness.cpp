// SPDX-License-Identifier: MIT
#include "models/edge_model/batch_sharpness.hpp"

#include <algorithm>
#include <cmath>

#include "math/batch_sharpness.hpp"

namespace hidyn::edge_model {

using Eigen::Index;
using Eigen::VectorXd;

Batch::Batch(const EdgeModel& problem, const Weights& at, const Eigen::Ref<const Eigen::MatrixXd>& X)
    : problem_(problem), at_(at), X_(X), s_(X * at.w), r_(at.a * s_ - X.col(0)) {
    const auto B = static_cast<double>(X.rows());
    gradient_.w = (at.a / B) * (X.transpose() * r_) + problem.weight_decay * at.w;
    gradient_.a = r_.dot(s_) / B;
}

// H v = ((a X^T rho + v_a X^T r) / B + mu v_w, (rho.s + r.X v_w) / B), rho = a X v_w + v_a s.
double Batch::curvature_along(const Weights& v) const {
    const auto B = static_cast<double>(X_.rows());
    const VectorXd along = X_ * v.w;
    const VectorXd rho = at_.a * along + v.a * s_;
    return rho.squaredNorm() / B + 2.0 * v.a * r_.dot(along) / B + problem_.weight_decay * v.w.squaredNorm();
}

Observer::Observer(const EdgeModel& problem, std::uint64_t d, const random::StreamKey& key)
    : lanes_(key),
      inputs_(static_cast<Index>(std::max<std::uint64_t>(problem.batch_size, 1)), static_cast<Index>(d)),
      problem_(problem),
      report_(problem) {}

void Observer::observe(const Weights& at, const Slot& slot) {
    VectorXd delta = at.a * at.w;
    delta[0] -= 1.0;
    const double curvature = at.a * at.a;
    const double distance = delta.squaredNorm();
    // The population's Hessian: (a^2 + mu) I on w, |w|^2 on a, and 2 a w - w* between them.
    const double across = (delta + at.a * at.w).squaredNorm();
    const double first = curvature + problem_.weight_decay;
    const double second = at.w.squaredNorm();
    const double sharpness =
        0.5 * (first + second) + std::sqrt(0.25 * (first - second) * (first - second) + across);
    slot.record(report_.curvature, curvature);
    slot.record(report_.distance, distance);
    slot.record(report_.sharpness, sharpness);
    double mean_of_ratios = 0.0;
    double ratio_of_means = 0.0;
    if (problem_.population()) {
        const VectorXd slope = at.a * delta + problem_.weight_decay * at.w;
        const double along = at.w.dot(delta);
        const double square = slope.squaredNorm() + along * along;
        const double rayleigh = (first * slope.squaredNorm() + 2.0 * along * slope.dot(delta + at.a * at.w) +
                                 second * along * along) /
                                square;
        mean_of_ratios = ratio_of_means = rayleigh;
    } else {
        const math::BatchSharpness batches = look_at_batches(at);
        mean_of_ratios = batches.mean_of_ratios();
        ratio_of_means = batches.ratio_of_means();
    }
    slot.record(report_.batch_sharpness, mean_of_ratios);
    slot.record(report_.ratio_of_means, ratio_of_means);
    slot.record(report_.stability_share, 0.5 * problem_.learning_rate * ratio_of_means);
}

math::BatchSharpness Observer::look_at_batches(const Weights& at) {
    math::BatchSharpness sharpness;
    for (int draw = 0; draw < math::BatchSharpness::most_batches && !sharpness.enough(); ++draw) {
        const Batch batch(problem_, at, inputs_.draw(lanes_));
        const Weights& g = batch.gradient();
        sharpness.add(batch.curvature_along(g), g.w.squaredNorm() + g.a * g.a);
    }
    return sharpness;
}

}  // namespace hidyn::edge_model
