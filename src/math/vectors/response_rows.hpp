// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/aligned.hpp"

namespace hidyn::math {

/// Derivatives of a causal recursion with memory, for many samples side by side: row by row
///
///   U_sq = f_s (own [q = s] + sum_{r=q}^{s-1} m_sr U_rq),  q <= s,
///
/// where f_s differs between samples and the memory m does not. Only weighted sums over samples are asked
/// for, but all rows must be kept: count S^2 / 2 numbers, read once per row, which is the cost. Sums are
/// taken in an order that does not depend on the number of threads.
template <class Number>
class ResponseRows {
  public:
    /// `remembers` false: all memories are zero, U is diagonal and no rows are kept.
    ResponseRows(std::size_t count, std::size_t most_rows, bool remembers = true);

    [[nodiscard]] std::size_t rows() const { return rows_; }
    /// Appends row s = rows(): `memory` has s entries, `slope` (f_s) and `weight` one per sample. Entry q of
    /// `sums` (s + 1 of them) becomes sum_i weight_i U_sq.
    void append(std::span<const double> memory, double own, const double* slope, const double* weight,
                std::span<double> sums);

    /// Bytes of so many samples and rows.
    [[nodiscard]] static double bytes(std::size_t count, std::size_t rows);

  private:
    std::size_t count_, rows_ = 0;
    bool remembers_;
    std::size_t tile_size_;
    std::vector<Number, CacheAligned<Number>> stored_;
};

extern template class ResponseRows<float>;
extern template class ResponseRows<double>;

}  // namespace hidyn::math
