// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/aligned.hpp"
#include "solvers/dmft/kernels.hpp"
#include "solvers/dmft/trajectories/memory_sums.hpp"
#include "solvers/dmft/trajectories/tile.hpp"

namespace hidyn::dmft {

/// Every trajectory carries all its tangents,
///
///   D^{m,s} = sum_{s<=r<m} R_w(m,r) a^r D^{r,s},  D^{m,m} = 1,  a = -eta z l'' :
///
/// N T^3 K^3 / 6 multiply-adds, 2 N T^2 K^2 bytes.
class ExactTangent {
  public:
    ExactTangent(const Process& process, std::size_t steps, std::size_t tiles);

    /// Adds this tile's l'' D^{m,s} for every s < m.
    void add(const TileNow& now, const RowMajor& response, MemorySums& sums);

  private:
    void respond(const float* stored, std::size_t m, const RowMajor& response);

    double learning_rate_;
    std::size_t K;
    std::size_t history_;                                ///< numbers of one tile
    std::vector<float, CacheAligned<float>> rows_;       ///< [tile][packed(r, s)][k][l]: a^r D^{r,s}
    std::vector<double> response_, tangent_, weighted_;  ///< response_ [s][k][l]: D^{m,s}
};

}  // namespace hidyn::dmft
