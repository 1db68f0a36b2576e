// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "math/activation.hpp"
#include "models/two_layer/two_layer.hpp"
#include "random/stream.hpp"

namespace hidyn::two_layer {

/// f(x) = sum_k a_k g(w_k.x + b_k). Parameters, gradients and directions are vectors of hidden (d + 2)
/// entries: W column by column, then b, then a.
class Network {
  public:
    Network(const TwoLayer& problem, std::uint64_t d);
    /// Random weights, b = 0.
    [[nodiscard]] Eigen::VectorXd start(const random::StreamKey& key) const;
    [[nodiscard]] Eigen::Index parameters() const { return hidden_ * (inputs_ + 2); }

    /// The loss and its derivatives at these parameters, on these samples (kept by reference).
    class At {
      public:
        At(const Network& network, const Eigen::VectorXd& theta, const Samples& samples);
        [[nodiscard]] double loss() const;
        [[nodiscard]] Eigen::VectorXd gradient() const;
        /// H v, at the cost of about two gradients; the Hessian is never formed.
        [[nodiscard]] Eigen::VectorXd hessian_times(const Eigen::VectorXd& v) const;

      private:
        const Network& network_;
        const Samples& samples_;
        Eigen::VectorXd a_, r_;
        Eigen::MatrixXd g_, dg_, ddg_;  ///< hidden x samples
    };

    /// The largest eigenvalue of the Hessian by Lanczos' method, started from `direction`, which becomes the
    /// eigenvector. NaN if it does not converge.
    [[nodiscard]] double sharpness(const At& at, Eigen::VectorXd& direction) const;

  private:
    math::Activation activation_;
    Eigen::Index hidden_, inputs_;
    double first_deviation_, second_deviation_;
};

}  // namespace hidyn::two_layer
