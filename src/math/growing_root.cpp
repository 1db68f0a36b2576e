#include "math/growing_root.hpp"

#include <Eigen/QR>
#include <cmath>

namespace hidyn::math {

using Eigen::Index;
using Eigen::VectorXd;

GrowingRoot::GrowingRoot(std::size_t most_rows)
    : factor_(Eigen::MatrixXd::Zero(static_cast<Index>(most_rows), static_cast<Index>(most_rows))) {}

VectorXd GrowingRoot::append(const VectorXd& covariances) {
    const auto before = factor_.topLeftCorner(rows_, columns_);
    VectorXd row = VectorXd::Zero(columns_);
    if (columns_ == rows_)
        row = before.triangularView<Eigen::Lower>().solve(covariances.head(rows_));
    else if (columns_ > 0)
        row = before.householderQr().solve(covariances.head(rows_));
    const double variance = covariances[rows_];
    const double rest = variance - row.squaredNorm();
    factor_.row(rows_).head(columns_) = row;
    if (rest > negligible * variance) {
        row.conservativeResize(columns_ + 1);
        row[columns_] = std::sqrt(rest);
        factor_(rows_, columns_) = row[columns_];
        ++columns_;
    }
    ++rows_;
    return row;
}

}  // namespace hidyn::math
