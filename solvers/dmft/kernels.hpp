// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "solvers/dmft/process.hpp"

namespace hidyn::dmft {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The averages over the data-space process at one step, from which everything at the next step follows.
struct ForceRows {
    RowMajor correlation;     ///< C_g(m, s) = E g^m g^s^T, s = 0..m: K x (m + 1) K
    RowMajor memory;          ///< Gamma(m, s) = alpha E dg^m/dh^s, s = 0..m: K x (m + 1) K
    Eigen::MatrixXd teacher;  ///< E g^m lambda*^T: K x M
};

/// The parameter-space side: one coordinate of the weights obeys a linear equation with memory,
///
///   w^{m+1} = c w^m + sum_{r<=m} Gamma(m,r) w^r + Gamma_*(m) w* + u^m,  E u^m u^s^T = alpha C_g(m,s),  c = 1
///   - eta rho delta,
///
/// so correlation and response follow from the force rows step by step, strictly causally. All two-time
/// kernels are matrices of K x K blocks, block (m, s) for times m and s. Memory: 8 (T + 1)^2 K^2 bytes each.
class CausalKernels {
  public:
    CausalKernels(const Process& process, double step, std::size_t steps);

    /// Extends everything from times 0..m to m + 1.
    void advance(const ForceRows& rows);

    [[nodiscard]] std::size_t now() const { return now_; }
    [[nodiscard]] double step() const { return step_; }
    [[nodiscard]] std::size_t students() const { return static_cast<std::size_t>(K); }
    /// The largest entry of everything known at the present time is finite and below the bound.
    [[nodiscard]] bool bounded(double bound) const;

    [[nodiscard]] const RowMajor& correlation() const { return C_w; }  ///< both triangles
    [[nodiscard]] const RowMajor& response() const { return R_w; }     ///< 0 for m <= s
    [[nodiscard]] const RowMajor& memory() const { return Gamma; }
    [[nodiscard]] const RowMajor& force_correlation() const { return C_g; }  ///< lower triangle
    [[nodiscard]] Eigen::MatrixXd Q(std::size_t time) const { return block(C_w, time, time); }
    [[nodiscard]] Eigen::MatrixXd R(std::size_t time) const {
        return overlap.middleRows(static_cast<Eigen::Index>(time) * K, K);
    }
    /// w^m = Phi_0(m) w^0 + Phi_*(m) w* + noise.
    [[nodiscard]] Eigen::MatrixXd from_start(std::size_t time) const {
        return Phi_0.middleRows(static_cast<Eigen::Index>(time) * K, K);
    }
    [[nodiscard]] Eigen::MatrixXd from_teacher(std::size_t time) const {
        return Phi_star.middleRows(static_cast<Eigen::Index>(time) * K, K);
    }
    [[nodiscard]] Eigen::MatrixXd block(const RowMajor& kernel, std::size_t m, std::size_t s) const {
        return kernel.block(static_cast<Eigen::Index>(m) * K, static_cast<Eigen::Index>(s) * K, K, K);
    }

    /// Bytes of the kernels of a solution.
    [[nodiscard]] static double memory_bytes(std::size_t students, std::size_t steps);

  private:
    Eigen::Index K, M;
    double step_, alpha, keep;
    std::size_t now_ = 0;
    Eigen::MatrixXd T_inverse;
    RowMajor C_w, R_w, Gamma, C_g;
    RowMajor overlap;  ///< R^m, (T + 1) K x M
    RowMajor Phi_0, Phi_star;
};

}  // namespace hidyn::dmft
