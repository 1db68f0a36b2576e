// SPDX-License-Identifier: MIT
#include "solvers/state_evolution/base_normals.hpp"

#include <vector>

#include "math/gaussian/sobol_normals.hpp"
#include "math/matrices/linear_systems.hpp"
#include "random/stream.hpp"

namespace hidyn::state_evolution {

using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd base_uniforms(const Draw& draw, Side side, std::size_t columns) {
    random::Stream stream({.seed = draw.seed,
                           .route = draw.route,
                           .replica = draw.repeat,
                           .purpose = random::Purpose::frame,
                           .lane = static_cast<std::uint32_t>(side)});
    std::vector<std::uint64_t> shift(columns);
    for (std::uint64_t& word : shift) word = stream.bits();
    return math::sobol_uniforms(draw.points, shift);
}

void whiten(const MatrixXd& fixed, MatrixXd& normals) {
    const double points = static_cast<double>(normals.rows());
    normals.rowwise() -= normals.colwise().mean().eval();
    if (fixed.cols() > 0) {
        const MatrixXd gram = fixed.transpose() * fixed;
        normals -= fixed * math::cholesky_solve(gram, MatrixXd(fixed.transpose() * normals));
    }
    MatrixXd covariance = MatrixXd::Zero(normals.cols(), normals.cols());
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(normals.transpose(), 1.0 / points);
    const MatrixXd root = math::cholesky_factor(covariance);
    root.transpose().triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(normals);
}

}  // namespace hidyn::state_evolution
