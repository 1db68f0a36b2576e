// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace hidyn::math {

/// The Cholesky factor of a covariance that grows by a row at every step and becomes numerically singular, as
/// that of an iteration that converges does. A row with no direction of its own, to `negligible` of its
/// variance, brings no column. Where columns are missing a new row is the least-squares solution over all
/// rows before it: forward substitution over the columns kept would amplify what the missing ones left out.
class GrowingRoot {
  public:
    explicit GrowingRoot(std::size_t most_rows);

    /// Appends the row of covariances with all variables so far and its own variance, last. Returns its
    /// coefficients over the columns, of which there may be one more now.
    Eigen::VectorXd append(const Eigen::VectorXd& covariances);

    [[nodiscard]] Eigen::Index columns() const { return columns_; }

  private:
    static constexpr double negligible = 1e-12;
    Eigen::MatrixXd factor_;
    std::vector<Eigen::Index> varying_;  ///< the variables with a variance, a row of the factor each
    Eigen::Index columns_ = 0;
};

}  // namespace hidyn::math
