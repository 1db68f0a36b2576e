// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace hidyn::state_evolution {

/// Which of the independent scramblings of the quasi-random points.
struct Draw {
    std::uint64_t seed = 0;
    std::uint64_t route = 0;
    std::uint32_t repeat = 0;
    std::size_t points = 8192;  ///< N
};

/// What a draw is for.
enum class Side : std::uint32_t { samples, parameters };

/// Uniforms of a Sobol sequence with a random digital shift, `points` rows.
[[nodiscard]] Eigen::MatrixXd base_uniforms(const Draw& draw, Side side, std::size_t columns);

/// Makes the columns orthogonal to those of `fixed`, of mean zero and orthonormal, all with respect to the
/// mean over points: all second moments are then exact.
void whiten(const Eigen::MatrixXd& fixed, Eigen::MatrixXd& normals);

}  // namespace hidyn::state_evolution
