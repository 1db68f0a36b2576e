// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// The two passes over the past that a trajectory with memory makes at every step: a weighted sum of its
/// history, and the products of the present with it. Trajectories stand side by side in tiles of
/// `tile_width`; entry r of a history is a row of a tile at history + r * stride. Floor: one read of the
/// history for both passes, while a tile's history stays in the second cache between them.
namespace hidyn::dmft {

inline constexpr std::size_t tile_width = 32;

/// Rows of one quantity, times 0..count-1. While a pass works on rows in the cache it can ask the memory for
/// those of the tile that comes next.
template <class Number>
struct History {
    std::size_t count = 0;
    const Number* rows = nullptr;
    std::size_t stride = tile_width;  ///< numbers from one row to the next
    const Number* next = nullptr;     ///< the same rows of the next tile, or null
};

/// sum += sum_r coefficients[r * coefficient_stride] * history_r.
void add_history(const History<double>& history, const double* coefficients, std::size_t coefficient_stride,
                 double* sum);
void add_history(const History<float>& history, const double* coefficients, std::size_t coefficient_stride,
                 double* sum);

/// products[r * product_stride] += present . history_r.
void add_products(const History<double>& history, const double* present, double* products,
                  std::size_t product_stride);
void add_products(const History<float>& history, const double* present, double* products,
                  std::size_t product_stride);

/// present . row.
[[nodiscard]] double product(const double* present, const double* row);

}  // namespace hidyn::dmft
