// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "math/vectors/row_blocks.hpp"

namespace hidyn::teacher_student {

/// One pass over selected rows of the data: preactivations and, while the rows are still in the second cache,
/// the gradient. The data cross the memory bus once, which is all the time a large pass takes.
///
/// Rows are given by a function from 0..count-1 to pointers. Coefficients are asked for block by block:
/// lambda and c have one row of most_block_rows values for each unit.
class FusedPass {
  public:
    /// Room for `units` weight rows at most.
    FusedPass(std::size_t stride, std::size_t units)
        : stride_(stride),
          // A block is to fill a quarter of a second cache of half a megabyte.
          block_(std::clamp<std::size_t>(131072 / (8 * stride) / 4 * 4, 4, most_block_rows)),
          lambda_(units * most_block_rows),
          coefficients_(units * most_block_rows) {}

    /// gradient += sum_i c_i x~_i for each of the units; coefficients(first, width, lambda, c).
    template <class RowOf, class Coefficients>
    void accumulate(std::size_t count, RowOf row_of, const double* weights, std::size_t units,
                    double* gradient, Coefficients coefficients) {
        sweep(count, row_of, [&](std::size_t first, const RowBlock& block) {
            project_block(block, weights, units, false, lambda_.data());
            coefficients(first, block.count, lambda_.data(), coefficients_.data());
            accumulate_block(block, coefficients_.data(), units, gradient);
        });
    }

    /// Only the preactivations: use(first, width, lambda).
    template <class RowOf, class Use>
    void project(std::size_t count, RowOf row_of, const double* weights, std::size_t units, Use use) {
        sweep(count, row_of, [&](std::size_t first, const RowBlock& block) {
            project_block(block, weights, units, true, lambda_.data());
            use(first, block.count, lambda_.data());
        });
    }

  private:
    template <class RowOf, class Work>
    void sweep(std::size_t count, RowOf row_of, Work work) {
        std::array<const double*, most_block_rows> rows;
        std::array<const double*, most_block_rows> next;
        const auto list = [&](std::size_t first, std::array<const double*, most_block_rows>& into) {
            const std::size_t width = std::min(block_, count - first);
            for (std::size_t r = 0; r < width; ++r) into[r] = row_of(first + r);
            // Behind the last block there is nothing to fetch: any address will do.
            for (std::size_t r = width; r < block_; ++r) into[r] = into[0];
            return width;
        };
        if (count == 0) return;
        std::size_t width = list(0, rows);
        for (std::size_t first = 0; first < count;) {
            const std::size_t after = first + width;
            std::size_t next_width = 0;
            if (after < count)
                next_width = list(after, next);
            else
                next = rows;
            work(first, {.rows = rows.data(), .next = next.data(), .count = width, .stride = stride_});
            std::swap(rows, next);
            first = after;
            width = next_width;
        }
    }

    std::size_t stride_;
    std::size_t block_;
    std::vector<double> lambda_;
    std::vector<double> coefficients_;
};

}  // namespace hidyn::teacher_student
