// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

/// Mean-square stability of SGD with heavy-ball momentum on interpolating least squares with fresh Gaussian
/// inputs: theta <- theta - eta v, v <- beta v + H_B theta, H_B = sum over the batch of x x^T / B. Source:
/// second moments by Wick's rule; Andreyev et al., arXiv 2604.14108.
namespace hidyn::mean_square {

struct HeavyBall {
    double learning_rate = 0.0;
    double momentum = 0.0;
    double batch_size = 1.0;
};

/// Isotropic inputs x ~ N(0, mu I) in d dimensions: the learning rate beyond which E |theta|^2 grows,
///   2 (1 + beta) / (mu [1 + (d + 1) / B (1 + beta) / (1 - beta)]).
[[nodiscard]] double isotropic_critical_rate(double curvature, double d, double batch_size, double momentum);
/// There E [g^T H_B g] / E |g|^2 = mu (B^2 + 3 B (d + 1) + d^2 + 3 d + 4) / (B (B + d + 1)).
[[nodiscard]] double isotropic_batch_sharpness(double curvature, double d, double batch_size);

/// Covariance eigenvalues lambda_i > 0: the same, as the root of the secular equation
///   (eta / B) sum_i lambda_i / (2 (1 - beta) - eta lambda_i ((1 - beta) / (1 + beta) + 1 / B)) = 1.
[[nodiscard]] double critical_rate(const std::vector<double>& eigenvalues, double batch_size,
                                   double momentum);
/// Growth of E |theta|^2 per step at a learning rate, in the long run: the largest root rho of
///   (eta^2 / B) sum_i lambda_i^2 [(rho - A_i)^{-1}]_11 = 1,
/// A_i the 3 x 3 recursion of (theta_k^2, theta_k theta_{k-1}, theta_{k-1}^2) of one eigendirection.
[[nodiscard]] double growth_factor(const std::vector<double>& eigenvalues, const HeavyBall& method);

/// E |theta|^2 step by step: second moments of every eigendirection.
class MomentRecursion {
  public:
    /// Begins with E theta_i^2 = start for all i and no velocity.
    MomentRecursion(std::vector<double> eigenvalues, HeavyBall method, double start);
    void step();
    /// ln sum_i E theta_i^2.
    [[nodiscard]] double log_norm() const;

  private:
    std::vector<double> eigenvalues_;
    HeavyBall method_;
    std::vector<double> now_, mixed_, before_;
    double log_scale_ = 0.0;
};

}  // namespace hidyn::mean_square
