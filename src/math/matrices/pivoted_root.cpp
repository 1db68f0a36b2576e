// SPDX-License-Identifier: MIT
#include "math/matrices/pivoted_root.hpp"

#include <cmath>

namespace hidyn::math {

using Eigen::Index;

PivotedRoot::PivotedRoot(std::size_t rows, double threshold) : threshold_(threshold) {
    factor_.setZero(static_cast<Index>(rows), static_cast<Index>(rows));
}

std::size_t PivotedRoot::append(const RowMajor& rows) {
    const std::size_t before = rank();
    for (Index k = 0; k < rows.rows(); ++k) {
        const auto row = static_cast<Index>(count_++);
        for (std::size_t p = 0; p < rank(); ++p) {
            const auto column = static_cast<Index>(p);
            const Index pivot = pivots_[p];
            factor_(row, column) =
                (rows(k, pivot) - factor_.row(row).head(column).dot(factor_.row(pivot).head(column))) /
                factor_(pivot, column);
        }
        const double variance = rows(k, row);
        const double rest = variance - factor_.row(row).head(static_cast<Index>(rank())).squaredNorm();
        if (!(rest > threshold_ * variance)) continue;
        factor_(row, static_cast<Index>(rank())) = std::sqrt(rest);
        pivots_.push_back(row);
    }
    return rank() - before;
}

}  // namespace hidyn::math
