// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hidyn::math {

/// `count` points (rows) of a Sobol sequence in (0, 1)^n, digitally shifted by one word for each of the n
/// dimensions: with random words an unbiased randomisation that keeps the points' evenness.
[[nodiscard]] Eigen::MatrixXd sobol_uniforms(std::size_t count, std::span<const std::uint64_t> shift);

/// `count` points (rows) of a digitally shifted Sobol sequence, mapped to independent standard normals
/// (columns). The shift is fixed, so the points are always the same.
[[nodiscard]] Eigen::MatrixXd sobol_normals(std::size_t count, std::size_t dimensions);

}  // namespace hidyn::math
