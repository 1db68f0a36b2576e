// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "random/gaussian_lanes.hpp"

namespace hidyn::random {

/// Chi variables (square roots of chi-squared) in eight lanes, at a cost independent of the degrees of
/// freedom.
///
/// Marsaglia & Tsang's rejection (2000) with the squeeze u < 1 - 0.0157 x^4 / shift, valid for 1 + c x > 1/2,
/// which fails with probability about 0.05 / shift; the rare lane that fails goes on alone in its own
/// rejection stream, so no lane's numbers depend on its neighbours.
class ChiLanes {
  public:
    explicit ChiLanes(std::span<const StreamKey, lane_count> keys);

    /// One chi variable per lane.
    void draw(double degrees_of_freedom, RowSource& source, double* row);

    void archive(Archive& archive) { archive(rejection_); }

  private:
    double finish_lane(std::size_t lane, double shift, double scale, double normal, double uniform);

    std::vector<Stream> rejection_;
};

}  // namespace hidyn::random
