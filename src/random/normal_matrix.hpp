// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <vector>

#include "random/gaussian_lanes.hpp"

namespace hidyn::random {

/// A matrix of independent standard normals, drawn anew in bulk.
class NormalMatrix {
  public:
    NormalMatrix(Eigen::Index rows, Eigen::Index columns)
        : numbers_(static_cast<std::size_t>((rows * columns + 15) / 16 * 16)),
          rows_(rows),
          columns_(columns) {}

    /// Valid until the next draw.
    [[nodiscard]] Eigen::Map<const Eigen::MatrixXd> draw(GaussianLanes& lanes) {
        lanes.normals(numbers_);
        return {numbers_.data(), rows_, columns_};
    }

  private:
    std::vector<double> numbers_;
    Eigen::Index rows_, columns_;
};

}  // namespace hidyn::random
