// SPDX-License-Identifier: MIT
#include "math/growing_root.hpp"

#include <cmath>

#include "math/matrices/orthogonal.hpp"

namespace hidyn::math {

using Eigen::Index;
using Eigen::VectorXd;

GrowingRoot::GrowingRoot(std::size_t most_rows)
    : factor_(Eigen::MatrixXd::Zero(static_cast<Index>(most_rows), static_cast<Index>(most_rows))) {}

VectorXd GrowingRoot::append(const VectorXd& covariances) {
    const double variance = covariances[covariances.size() - 1];
    if (variance == 0.0) return VectorXd::Zero(columns_);
    const auto rows = static_cast<Index>(varying_.size());
    const auto before = factor_.topLeftCorner(rows, columns_);
    const VectorXd known = covariances(varying_);
    VectorXd row = VectorXd::Zero(columns_);
    if (columns_ == rows)
        row = before.triangularView<Eigen::Lower>().solve(known);
    else if (columns_ > 0)
        row = least_squares(before, known);
    const double rest = variance - row.squaredNorm();
    factor_.row(rows).head(columns_) = row;
    varying_.push_back(covariances.size() - 1);
    if (rest > negligible * variance) {
        row.conservativeResize(columns_ + 1);
        row[columns_] = std::sqrt(rest);
        factor_(rows, columns_) = row[columns_];
        ++columns_;
    }
    return row;
}

}  // namespace hidyn::math
