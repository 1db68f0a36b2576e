// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

namespace hidyn::math {

/// The Cholesky factor of a covariance that grows by a block row at every step and may be numerically
/// singular: alpha C_g of a smooth force has far fewer directions than times. A row whose part orthogonal to
/// the directions so far is smaller than `threshold` of its variance brings no direction of its own.
/// (Thresholds below about 1e-8 amplify rounding at every further small pivot.)
class PivotedRoot {
  public:
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    PivotedRoot(std::size_t rows, double threshold);

    /// Appends the rows of one step; `rows` (K x (m + 1) K) is the last block row of the covariance, its
    /// lower triangle being used. Returns the number of new directions.
    std::size_t append(const RowMajor& rows);

    [[nodiscard]] std::size_t rank() const { return pivots_.size(); }
    /// All rows so far: L L^T is the covariance, L is rows x rank.
    [[nodiscard]] auto factor() const {
        return factor_.topLeftCorner(static_cast<Eigen::Index>(count_), static_cast<Eigen::Index>(rank()));
    }

  private:
    RowMajor factor_;
    std::vector<Eigen::Index> pivots_;
    std::size_t count_ = 0;
    double threshold_;
};

}  // namespace hidyn::math
