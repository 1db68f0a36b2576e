// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "core/recorder.hpp"
#include "models/quadratic_network/quadratic_network.hpp"

namespace hidyn::quadratic_network {

/// Records what follows from A (K x p), Q and Gamma, for simulation and theory alike.
class Observer {
  public:
    Observer(const QuadraticNetwork& problem, std::uint64_t d);

    void observe(const Eigen::MatrixXd& A, const Eigen::MatrixXd& Q, const Eigen::MatrixXd& Gamma,
                 const Slot& slot) const;
    /// All but the overlaps of single students, from any W' with W'^T W' = W^T W.
    void observe_invariants(const Eigen::MatrixXd& A, const Eigen::MatrixXd& Q, const Eigen::MatrixXd& Gamma,
                            const Slot& slot) const;
    void observe(const Factors& factors, const Slot& slot) const;

  private:
    /// The generalization error.
    [[nodiscard]] double error(const Eigen::MatrixXd& A, const Eigen::MatrixXd& Gamma) const;
    /// Quantiles of the eigenvalues of W W^T, from those of Q, ascending.
    [[nodiscard]] std::vector<double> spectrum(const Eigen::VectorXd& eigenvalues) const;

    const QuadraticNetwork& problem_;
    double d_;
    Covariance covariance_;
    Eigen::MatrixXd Theta_;
    Eigen::MatrixXd directions_;  ///< of the teachers, unit rows
    Observables report_;
    double trivial_error_ = 0.0;  ///< of f = 0
};

}  // namespace hidyn::quadratic_network
