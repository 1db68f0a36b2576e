// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/starting_normals.hpp"

#include <boost/math/special_functions/prime.hpp>
#include <cmath>

#include "math/gaussian/normal_quantile.hpp"
#include "math/matrices/linear_systems.hpp"
#include "random/gaussian_lanes.hpp"
#include "random/stream.hpp"

namespace hidyn::dmft {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

// Beyond this a lattice has no advantage over pseudo-random numbers.
constexpr std::uint32_t lattice_columns = 40;

random::StreamKey key_of(const Draw& draw, std::uint32_t column) {
    return {.seed = draw.seed,
            .route = draw.route,
            .replica = draw.repeat,
            .purpose = random::Purpose::start,
            .lane = column};
}

VectorXd lattice_column(const Draw& draw, std::uint32_t column) {
    const double root = std::sqrt(static_cast<double>(boost::math::prime(column)));
    const double shift = random::Stream(key_of(draw, column)).uniform();
    VectorXd normals(static_cast<Index>(draw.trajectories));
    for (Index i = 0; i < normals.size(); ++i) {
        const double position = shift + static_cast<double>(i + 1) * root;
        // Away from 0 and 1, where the normal would be infinite.
        const double uniform = std::min(std::max(position - std::floor(position), 1e-12), 1.0 - 1e-12);
        normals[i] = math::normal_quantile(uniform);
    }
    return normals;
}

}  // namespace

StartingNormals::StartingNormals(const Draw& draw, std::size_t start_columns)
    : beyond_({.seed = draw.seed,
               .route = draw.route,
               .replica = draw.repeat,
               .purpose = random::Purpose::label_noise}),
      draw_(draw) {
    start_.resize(static_cast<Index>(draw.trajectories), static_cast<Index>(start_columns));
    for (Index j = 0; j < start_.cols(); ++j) start_.col(j) = column();
    start_.rowwise() -= start_.colwise().mean().eval();
    const MatrixXd covariance = start_.transpose() * start_ / static_cast<double>(draw.trajectories);
    const MatrixXd root = math::cholesky_factor(covariance).transpose();
    start_ = root.triangularView<Eigen::Upper>().solve<Eigen::OnTheRight>(start_).eval();
}

VectorXd StartingNormals::column() {
    const std::uint32_t index = columns_++;
    if (index < lattice_columns) return lattice_column(draw_, index);
    std::vector<double> normals((draw_.trajectories + 15) / 16 * 16);
    beyond_.normals(normals);
    return Eigen::Map<const VectorXd>(normals.data(), static_cast<Index>(draw_.trajectories));
}

VectorXd StartingNormals::next_direction() {
    VectorXd next = column();
    next.array() -= next.mean();
    const double N = static_cast<double>(draw_.trajectories);
    next -= start_ * (start_.transpose() * next / N).eval();
    return next * std::sqrt(N / next.squaredNorm());
}

}  // namespace hidyn::dmft
