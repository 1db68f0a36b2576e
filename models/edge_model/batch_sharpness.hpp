// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "core/recorder.hpp"
#include "math/batch_sharpness.hpp"
#include "models/edge_model/edge_model.hpp"
#include "random/normal_matrix.hpp"

namespace hidyn::edge_model {

/// Weights (w, a) in d dimensions; the teacher is the first unit vector.
struct Weights {
    Eigen::VectorXd w;
    double a = 0.0;
};

/// Gradient and Hessian of one batch, or of the population.
class Batch {
  public:
    /// X of B x d.
    Batch(const EdgeModel& problem, const Weights& at, const Eigen::Ref<const Eigen::MatrixXd>& X);

    [[nodiscard]] const Weights& gradient() const { return gradient_; }
    /// v^T H v.
    [[nodiscard]] double curvature_along(const Weights& v) const;

  private:
    const EdgeModel& problem_;
    const Weights& at_;
    Eigen::Ref<const Eigen::MatrixXd> X_;
    Eigen::VectorXd s_, r_;
    Weights gradient_;
};

/// Records what is measured on weights: curvature, distance, sharpness, and the sharpness of batches, drawn
/// until its relative error is below half a percent, at most 500.
class Observer {
  public:
    Observer(const EdgeModel& problem, std::uint64_t d, const random::StreamKey& key);
    void observe(const Weights& at, const Slot& slot);

    void archive(Archive& archive) { archive(lanes_); }

  private:
    /// Mean of ratios and ratio of means over batches.
    [[nodiscard]] math::BatchSharpness look_at_batches(const Weights& at);

    random::GaussianLanes lanes_;  // first: it lies on cache lines
    random::NormalMatrix inputs_;
    const EdgeModel& problem_;
    Observables report_;
};

}  // namespace hidyn::edge_model
