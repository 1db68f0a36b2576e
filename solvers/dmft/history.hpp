#pragma once

#include <cstddef>

/// The two passes over the past that a trajectory with memory makes at every step: a weighted sum of its
/// history, and the products of the present with it. Trajectories stand side by side in tiles of
/// `tile_width`; entry r of a history is a row of a tile at history + r * stride. Floor: one read of the
/// history for both passes, while a tile's history stays in the second cache between them.
namespace hidyn::dmft {

inline constexpr std::size_t tile_width = 32;

/// sum += sum_r coefficients[r * coefficient_stride] * history_r.
void add_history(std::size_t count, const double* coefficients, std::size_t coefficient_stride,
                 const double* history, std::size_t stride, double* sum);
void add_history(std::size_t count, const double* coefficients, std::size_t coefficient_stride,
                 const float* history, std::size_t stride, double* sum);

/// products[r * product_stride] += present . history_r.
void add_products(std::size_t count, const double* present, const double* history, std::size_t stride,
                  double* products, std::size_t product_stride);
void add_products(std::size_t count, const double* present, const float* history, std::size_t stride,
                  double* products, std::size_t product_stride);

}  // namespace hidyn::dmft
