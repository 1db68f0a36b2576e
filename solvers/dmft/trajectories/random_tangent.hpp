// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/aligned.hpp"
#include "solvers/dmft/kernels.hpp"
#include "solvers/dmft/solution.hpp"
#include "solvers/dmft/trajectories/mean_tangent.hpp"
#include "solvers/dmft/trajectories/memory_sums.hpp"
#include "solvers/dmft/trajectories/tile.hpp"

namespace hidyn::dmft {

/// Tangents along one random direction of signs v per trajectory and time, E v^r v^s^T = 1_{rs}: with
///
///   q^m = sum_{r<m} R_w(m,r) a^r (v^r + q^r),  a = -eta z l'',
///
/// E[l'' q^m v^s^T] is the memory l'' D^{m,s}. The mean field's q-bar is the control variate: Gamma is the
/// average of (l'' q - E[l''] q-bar) v^T, whose second part is known exactly. Cost N T^2 K^2, 8 N T K bytes.
class RandomTangent {
  public:
    RandomTangent(const Process& process, std::size_t steps, const Draw& draw, std::size_t tiles);

    /// Adds this tile's (l'' q - E[l''] q-bar) v^T of time m and draws its signs of time m.
    void add(const TileNow& now, const RowMajor& response, const MeanTangent& mean, MemorySums& sums);

  private:
    void draw_signs(const TileNow& now, float* signs);

    double learning_rate_;
    std::size_t K;
    Draw draw_;
    std::size_t tiles_;
    std::size_t history_;  ///< numbers of one tile's signs
    /// Tile after tile in one array, as a step streams through it: signs [time][student], then a (v + q).
    std::vector<float, CacheAligned<float>> rows_;
    std::vector<double> tangent_, mean_tangent_, weighted_;
};

}  // namespace hidyn::dmft
