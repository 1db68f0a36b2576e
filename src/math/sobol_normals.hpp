#pragma once

#include <Eigen/Core>
#include <cstddef>

namespace hidyn::math {

/// `count` points (rows) of a digitally shifted Sobol sequence, mapped to independent standard normals
/// (columns). The shift is fixed, so the points are always the same.
[[nodiscard]] Eigen::MatrixXd sobol_normals(std::size_t count, std::size_t dimensions);

}  // namespace hidyn::math
