// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "models/teacher_student/start.hpp"
#include "random/stream.hpp"

namespace hidyn::teacher_student {

/// Length to which a vector in d dimensions is padded with zeros: normals come in groups of 16.
[[nodiscard]] std::size_t padded_length(std::uint64_t d);

/// Adds real weight vectors with exactly these overlaps to `weights`, K + M rows of length `stride` (students
/// first, zero before): a random orthonormal frame times the start's square root.
void place(const OrderParameters& start, std::uint64_t d, const random::StreamKey& key, std::size_t stride,
           std::span<double> weights);

}  // namespace hidyn::teacher_student
