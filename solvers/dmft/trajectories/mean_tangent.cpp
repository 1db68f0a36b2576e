// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/mean_tangent.hpp"

#include <utility>

namespace hidyn::dmft {

using Eigen::Index;

MeanTangent::MeanTangent(std::size_t steps, Eigen::MatrixXd hessian) : hessian_(std::move(hessian)) {
    const Index k = hessian_.rows();
    const Index size = static_cast<Index>(steps + 1) * k;
    response_.setZero(size, size);
    response_.topLeftCorner(k, k).setIdentity();
    driven_.setZero(k, size);
    row_.setZero(k, size);
}

void MeanTangent::advance(std::size_t m, const RowMajor& response) {
    if (m == 0) return;
    const Index k = hessian_.rows();
    const auto now = static_cast<Index>(m) * k;
    for (Index r = 0; r < now; r += k)
        row_.middleCols(r, k) = response.block(now, r, k, k) * driven_.middleCols(r, k);
    response_.block(now, 0, k, now) = row_.leftCols(now) * response_.topLeftCorner(now, now);
    response_.block(now, now, k, k).setIdentity();
}

void MeanTangent::note(std::size_t m, const Eigen::MatrixXd& hessian, double linear) {
    driven_.middleCols(static_cast<Index>(m) * hessian.rows(), hessian.rows()) = linear * hessian;
    hessian_ = hessian;
}

}  // namespace hidyn::dmft
