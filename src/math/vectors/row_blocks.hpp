// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// The inner loops of a pass over data: all products of a few data rows with the weights, and the gradient's
/// sum over these rows. Rows and weights have `stride` entries, a multiple of 16, padded with zeros. Each
/// loop also fetches rows that will be needed next, so that memory is never idle.
namespace hidyn::teacher_student {

/// Rows worked on together: their data must still be in the second cache when the gradient needs them.
inline constexpr std::size_t most_block_rows = 64;

struct RowBlock {
    const double* const* rows = nullptr;  ///< `count` of them
    const double* const* next = nullptr;  ///< as many rows of the block after this one
    std::size_t count = 0;
    std::size_t stride = 0;
};

/// products[u * most_block_rows + r] = weights[u] . rows[r]. `fetch_all`: nothing follows that would fetch
/// the other half of the next rows.
void project_block(const RowBlock& block, const double* weights, std::size_t units, bool fetch_all,
                   double* products);

/// products[u] = weights[u] . x, while the row `next` is fetched.
void project_one(const double* x, const double* next, std::size_t stride, const double* weights,
                 std::size_t units, double* products);

/// gradient[u] += sum_r coefficients[u * most_block_rows + r] * rows[r].
void accumulate_block(const RowBlock& block, const double* coefficients, std::size_t units, double* gradient);

}  // namespace hidyn::teacher_student
