// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "math/gaussian/residual_moments.hpp"
#include "math/integrator.hpp"
#include "models/committee/committee.hpp"

/// The d -> infinity equations of motion of the committee machine under online SGD, t = steps / d:
///
///   dR_im/dt = -kappa R_im + eta F_i,K+m
///   dQ_ij/dt = -2 kappa Q_ij + eta (F_ij + F_ji) + eta^2 / B N_ij
///   dv_i/dt  = -kappa_v v_i + eta_v G_i
///
/// with F = E[a_i u_p], N = E[a_i a_j], G = E[g(lambda_i) E] over u = (lambda, lambda*), a_i = v_i
/// g'(lambda_i) E. Spherical SGD takes each w_i back to its norm, which adds -r_i R_im and -(r_i + r_j) Q_ij
/// with r_i = (dQ_ii/dt) / (2 Q_ii) of the free step. Sources: Saad & Solla, PRE 52, 4225 (1995), eqs.
/// (5)-(8); Goldt et al. (2019) for noise and the second layer. Valid for K, M, B, eta = O(1).
namespace hidyn::ode {

using math::State;

/// State vector: Q (lower triangle by rows), R (rows), and v if the second layer is trained.
class CommitteeEquations {
  public:
    CommitteeEquations(const committee::Committee& problem, math::QuadratureOptions quadrature);

    [[nodiscard]] std::size_t size() const { return q_size_ + r_size_ + v_size_; }
    [[nodiscard]] State pack(const committee::OrderParameters& parameters) const;
    /// T and a fixed second layer come from `fixed`.
    void unpack(const State& state, const committee::OrderParameters& fixed,
                committee::OrderParameters& parameters) const;
    /// The right-hand sides at `parameters`.
    void derivative(const committee::OrderParameters& parameters, State& derivative);
    [[nodiscard]] bool diverged(const State& state) const;
    [[nodiscard]] std::string method() const { return moments_engine_->method(); }
    /// Closed forms, without quadrature error.
    [[nodiscard]] bool exact() const { return moments_engine_->exact(); }

  private:
    const committee::Committee& problem_;
    std::size_t q_size_, r_size_, v_size_;
    std::unique_ptr<math::ResidualMomentsEngine> moments_engine_;
    math::ResidualMoments moments_;
    Eigen::MatrixXd joint_;
    Eigen::VectorXd coefficients_;
    Eigen::VectorXd growth_;  // r_i, zero unless spherical
};

}  // namespace hidyn::ode
