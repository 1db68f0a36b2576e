// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <string>

#include "math/activation.hpp"
#include "math/gaussian/gaussian_nodes.hpp"

namespace hidyn::math {

/// The averages that drive online SGD of a student sum_i v_i g(u_i) against a teacher sum_m v*_m g*(u*_m).
/// With the stacked preactivations u = (student, teacher) ~ N(0, Omega), n = K + M, and A = (v, -v*), the
/// residual is
///
///     E = -sum_a A_a g_a(u_a) + sqrt(label_noise) xi,    a_i = v_i g'(u_i) E  for i < K.
struct ResidualMoments {
    Eigen::MatrixXd F;              ///< K x n: E[a_i u_p]
    Eigen::MatrixXd N;              ///< K x K: E[a_i a_j]
    Eigen::VectorXd G;              ///< K: E[g(u_i) E]
    double half_mean_square = 0.0;  ///< (1/2) E[(f* - f)^2], without label noise
};

/// Computes ResidualMoments at any covariance. An engine holds workspace: one engine is used by one thread,
/// and other threads take a clone. Nothing is allocated after the first call.
class ResidualMomentsEngine {
  public:
    virtual ~ResidualMomentsEngine() = default;

    /// Omega (n x n) is positive semi-definite and may be singular; A has n entries.
    virtual void compute(const Eigen::MatrixXd& Omega, const Eigen::VectorXd& A, double label_noise,
                         ResidualMoments& out) const = 0;
    /// How, in words: "closed form (erf)".
    [[nodiscard]] virtual std::string method() const = 0;
    /// Exact to rounding at every covariance; else a function of the quadrature's level and tolerance.
    [[nodiscard]] virtual bool exact() const { return true; }
    [[nodiscard]] virtual std::unique_ptr<ResidualMomentsEngine> clone() const = 0;
};

/// The exact engine where there is one (erf, relu, or polynomials on both sides), else quadrature.
[[nodiscard]] std::unique_ptr<ResidualMomentsEngine> make_residual_moments(
    const Activation& student, const Activation& teacher, std::size_t students, std::size_t teachers,
    const QuadratureOptions& options = {});

/// Saad & Solla, PRE 52, 4225 (1995), in the tilted-covariance form: each g' is a Gaussian factor.
[[nodiscard]] std::unique_ptr<ResidualMomentsEngine> make_erf_moments(std::size_t students,
                                                                      std::size_t teachers);
/// Orthant probabilities; a unit without variance counts as absent.
[[nodiscard]] std::unique_ptr<ResidualMomentsEngine> make_relu_moments(std::size_t students,
                                                                       std::size_t teachers);
/// Isserlis' theorem.
[[nodiscard]] std::unique_ptr<ResidualMomentsEngine> make_polynomial_moments(const Activation& student,
                                                                             const Activation& teacher,
                                                                             std::size_t students,
                                                                             std::size_t teachers);
/// Works for every activation.
[[nodiscard]] std::unique_ptr<ResidualMomentsEngine> make_quadrature_moments(
    const Activation& student, const Activation& teacher, std::size_t students, std::size_t teachers,
    const QuadratureOptions& options = {});

}  // namespace hidyn::math
