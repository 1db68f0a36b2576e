// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace hidyn::riccati {

/// The bulk's Gram matrix of random weights, Y = s^2 Z Z^T / d with Z of K x D standard normal entries, K and
/// D large: eigenvalues s^2 (D / d) x, x of Marchenko and Pastur's law at c = K / D, of which max(0, 1 - 1/c)
/// are zero.
class BulkLaw {
  public:
    BulkLaw(double students, double bulk_dimensions, double d, double s2);

    /// tr f(Y), K times the mean over eigenvalues.
    template <class Function>
    [[nodiscard]] double trace(Function f) const {
        double sum = zero_ * f(0.0);
        for (std::size_t k = 0; k < value_.size(); ++k) sum += weight_[k] * f(value_[k]);
        return students_ * sum;
    }
    /// The eigenvalue below which a share `level` of them lies.
    [[nodiscard]] double quantile(double level) const;

  private:
    double students_;
    double zero_ = 0.0;                   ///< share of eigenvalues that are 0
    std::vector<double> value_, weight_;  ///< ascending; weights add up to 1 - zero
};

}  // namespace hidyn::riccati
