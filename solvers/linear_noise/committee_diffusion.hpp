#pragma once

#include <Eigen/Core>

#include "math/gaussian_nodes.hpp"
#include "models/committee/committee.hpp"

namespace hidyn::linear_noise {

/// Sigma = Cov(phi) / B for the committee machine under online SGD, where one sample moves the order
/// parameters by phi / d (phi in the order Q_{i >= j}, R, v):
///
///   phi_Q_ij = eta (a_i lambda_j + a_j lambda_i) + eta^2 / B a_i a_j,  phi_R_im = eta a_i lambda*_m,
///   phi_v_i = eta_v g(lambda_i) E,   a_i = v_i g'(lambda_i) E
///
/// (|x|^2 / d -> 1 at leading order; the shrinkage terms do not fluctuate). Given the preactivations, phi is
/// a quadratic polynomial in the residual E, whose label noise is averaged exactly; the rest is quadrature.
class CommitteeDiffusion {
  public:
    CommitteeDiffusion(const committee::Committee& problem, const math::QuadratureOptions& quadrature);

    void operator()(const committee::OrderParameters& state, Eigen::MatrixXd& diffusion);

  private:
    void add(const math::NodeBatch& batch);
    void flush();

    static constexpr Eigen::Index chunk = 512;

    const committee::Committee& problem_;
    Eigen::Index students_, teachers_, q_size_, size_;
    math::GaussianNodes nodes_;
    Eigen::VectorXd coefficients_;
    // Per node (column): phi = linear E + square E^2, and the weighted moments of E.
    Eigen::MatrixXd linear_, square_;
    Eigen::ArrayXd moment1_, moment2_, moment3_, moment4_;
    Eigen::Index filled_ = 0;
    Eigen::MatrixXd second_moment_;
    Eigen::VectorXd mean_;
};

}  // namespace hidyn::linear_noise
