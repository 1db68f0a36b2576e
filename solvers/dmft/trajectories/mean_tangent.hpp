// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "solvers/dmft/kernels.hpp"

namespace hidyn::dmft {

/// The tangent of the mean field,
///
///   D-bar(m, s) = sum_{s<=r<m} R_w(m, r) a-bar^r D-bar(r, s),  D-bar(m, m) = 1,  a-bar = -eta E[z] E[l''] :
///
/// all there is where l'' is the same for all samples, the control variate of random tangents elsewhere.
class MeanTangent {
  public:
    /// `hessian` (K x K) is the E[l''] that stands for the mean before the first step: any constant will do.
    MeanTangent(std::size_t steps, Eigen::MatrixXd hessian);

    /// D-bar(m, .) from the response R_w(m, .).
    void advance(std::size_t m, const RowMajor& response);
    /// E[l''] at time m; `linear` is -eta E[z].
    void note(std::size_t m, const Eigen::MatrixXd& hessian, double linear);

    /// Blocks (m, s) for all times that were reached.
    [[nodiscard]] const RowMajor& response() const { return response_; }
    /// E[l''] as it was noted last.
    [[nodiscard]] const Eigen::MatrixXd& hessian() const { return hessian_; }

  private:
    Eigen::MatrixXd hessian_;
    RowMajor response_;
    RowMajor driven_;  ///< a-bar^r, side by side
    RowMajor row_;     ///< R_w(m, r) a-bar^r
};

}  // namespace hidyn::dmft
