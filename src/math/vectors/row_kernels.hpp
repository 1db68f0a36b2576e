// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// The passes over a weight matrix that simulators on real vectors make: all dot products of the rows with
/// one input, the addition of a multiple of that input to each row, and norms. Rows are contiguous, `stride`
/// apart; `length` is a multiple of 8, padded with zeros.
namespace hidyn::math {

/// products[k] = rows[k] . x for k < count.
void project_rows(const double* rows, std::size_t stride, std::size_t count, const double* x,
                  std::size_t length, double* products);

/// rows[k] = keep * rows[k] + factors[k] * x for k < count.
void update_rows(double* rows, std::size_t stride, std::size_t count, double keep, const double* factors,
                 const double* x, std::size_t length);

/// |row|^2.
[[nodiscard]] double squared_norm(const double* row, std::size_t length);

}  // namespace hidyn::math
