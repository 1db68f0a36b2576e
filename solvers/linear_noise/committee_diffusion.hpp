// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "math/gaussian/gaussian_nodes.hpp"
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
/// Spherical SGD turns phi into phi_Q_ij - Q_ij (phi_Q_ii / Q_ii + phi_Q_jj / Q_jj) / 2 and
/// phi_R_im - R_im phi_Q_ii / (2 Q_ii).
class CommitteeDiffusion {
  public:
    CommitteeDiffusion(const committee::Committee& problem, const math::QuadratureOptions& quadrature);

    void operator()(const committee::OrderParameters& state, Eigen::MatrixXd& diffusion);

  private:
    using Rows = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    void add(const math::NodeBatch& batch);
    void flush();
    /// What restoring the norms makes of phi, as a matrix.
    [[nodiscard]] Eigen::MatrixXd restored_norms(const committee::OrderParameters& state) const;

    const committee::Committee& problem_;
    Eigen::Index students_, teachers_, q_size_, size_;
    math::GaussianNodes nodes_;
    Eigen::VectorXd coefficients_;
    // Nodes are collected (one a column) until the products over them are worth their call:
    // phi = linear E + square E^2, and the weighted moments of E.
    Rows linear_, square_, moments_, slopes_;
    Eigen::ArrayXd residual_, weighted_;
    Eigen::Index filled_ = 0;
    Eigen::VectorXd products_;
    Eigen::MatrixXd second_moment_, cross_;
    Eigen::VectorXd mean_;
};

}  // namespace hidyn::linear_noise
