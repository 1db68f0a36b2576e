// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "solvers/mean_square/thresholds.hpp"

namespace hidyn::mean_square {

/// E theta theta^T under batches of a data set without replacement, step by step:
///   E[H_B P H_B] = H P H + (n - B) / (B (n - 1)) (sum_i x_i x_i^T P x_i x_i^T / n - H P H).
/// One step costs O(n d^2).
class DataMoments {
  public:
    /// X of d x n; begins with E theta theta^T = I / d and no velocity.
    DataMoments(const Eigen::MatrixXd& X, const HeavyBall& method);
    void step();
    [[nodiscard]] double log_norm() const;  ///< ln E |theta|^2

  private:
    [[nodiscard]] Eigen::MatrixXd batch_mean(const Eigen::MatrixXd& P) const;

    Eigen::MatrixXd X_, H_;
    HeavyBall method_;
    double spread_;  ///< (n - B) / (B (n - 1))
    Eigen::MatrixXd now_, mixed_, before_;
    double log_scale_ = 0.0;
};

/// Growth of E |theta|^2 per step in the long run, by iterating the recursion, and the learning rate at which
/// it is 1, to a relative error of about 1e-5.
[[nodiscard]] double growth_factor(const Eigen::MatrixXd& X, const HeavyBall& method);
[[nodiscard]] double critical_rate(const Eigen::MatrixXd& X, const HeavyBall& method);

}  // namespace hidyn::mean_square
