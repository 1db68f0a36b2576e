// SPDX-License-Identifier: MIT
#include "math/vectors/row_blocks.hpp"

#include "core/kernel.hpp"

namespace hidyn::teacher_student {
namespace {

// A cache line is one vector or two.
#ifdef __AVX512F__
constexpr std::size_t width = 8;
#else
constexpr std::size_t width = 4;
#endif
constexpr std::size_t line = 8;
constexpr std::size_t packs = line / width;
using Pack __attribute__((vector_size(width * sizeof(double)), aligned(sizeof(double)), may_alias)) = double;

[[gnu::always_inline]] inline Pack& pack(double* place) {
    return *reinterpret_cast<Pack*>(place);
}

[[gnu::always_inline]] inline const Pack& pack(const double* place) {
    return *reinterpret_cast<const Pack*>(place);
}

/// The rows of the next block that a loop fetches. Both loops share the work: one takes the even rows.
enum class Fetch { none, even, odd, all };

template <std::size_t rows, Fetch which>
[[gnu::always_inline]] inline void fetch(const double* const* next, std::size_t place) {
    if constexpr (which != Fetch::none)
        for (std::size_t r = which == Fetch::odd ? 1 : 0; r < rows; r += which == Fetch::all ? 1 : 2)
            __builtin_prefetch(next[r] + place, 0, 2);
}

/// `lines` cache lines at once: a single product needs several sums in flight to hide their latency.
template <std::size_t units, std::size_t rows, Fetch which, std::size_t lines = 1>
[[gnu::always_inline]] inline void project_tile(const double* const* x, const double* const* next,
                                                std::size_t stride, const double* weights, double* products) {
    Pack sums[units][rows][packs * lines] = {};
    for (std::size_t i = 0; i < stride; i += line * lines) {
        for (std::size_t l = 0; l < lines; ++l) fetch<rows, which>(next, i + l * line);
        for (std::size_t p = 0; p < packs * lines; ++p)
            for (std::size_t u = 0; u < units; ++u)
                for (std::size_t r = 0; r < rows; ++r)
                    sums[u][r][p] += pack(weights + u * stride + i + p * width) * pack(x[r] + i + p * width);
    }
    for (std::size_t u = 0; u < units; ++u)
        for (std::size_t r = 0; r < rows; ++r) {
            Pack sum = sums[u][r][0];
            for (std::size_t p = 1; p < packs * lines; ++p) sum += sums[u][r][p];
            double total = 0.0;
            for (std::size_t lane = 0; lane < width; ++lane) total += sum[lane];
            products[u * most_block_rows + r] = total;
        }
}

template <std::size_t units, std::size_t rows, Fetch which>
[[gnu::always_inline]] inline void accumulate_tile(const double* const* x, const double* const* next,
                                                   std::size_t stride, const double* coefficients,
                                                   double* gradient) {
    double c[units][rows];
    for (std::size_t u = 0; u < units; ++u)
        for (std::size_t r = 0; r < rows; ++r) c[u][r] = coefficients[u * most_block_rows + r];
    for (std::size_t i = 0; i < stride; i += line) {
        fetch<rows, which>(next, i);
        for (std::size_t p = 0; p < packs; ++p)
            for (std::size_t u = 0; u < units; ++u) {
                Pack sum = pack(gradient + u * stride + i + p * width);
                for (std::size_t r = 0; r < rows; ++r) sum += c[u][r] * pack(x[r] + i + p * width);
                pack(gradient + u * stride + i + p * width) = sum;
            }
    }
}

/// All units on a few rows, which stay in the first cache meanwhile; the first tile fetches.
template <std::size_t rows, Fetch which>
[[gnu::always_inline]] inline void project_some(const RowBlock& block, std::size_t first,
                                                const double* weights, std::size_t units, double* products) {
    const double* const* x = block.rows + first;
    const double* const* next = block.next + first;
    if (units == 1) {
        project_tile<1, rows, which, rows == 1 ? 2 : 1>(x, next, block.stride, weights, products + first);
        return;
    }
    project_tile<2, rows, which>(x, next, block.stride, weights, products + first);
    std::size_t u = 2;
    for (; u + 2 <= units; u += 2)
        project_tile<2, rows, Fetch::none>(x, next, block.stride, weights + u * block.stride,
                                           products + u * most_block_rows + first);
    if (u < units)
        project_tile<1, rows, Fetch::none>(x, next, block.stride, weights + u * block.stride,
                                           products + u * most_block_rows + first);
}

template <std::size_t rows>
[[gnu::always_inline]] inline void accumulate_some(const RowBlock& block, std::size_t first,
                                                   const double* coefficients, std::size_t units,
                                                   double* gradient) {
    const double* const* x = block.rows + first;
    const double* const* next = block.next + first;
    if (units == 1) {
        accumulate_tile<1, rows, Fetch::odd>(x, next, block.stride, coefficients + first, gradient);
        return;
    }
    accumulate_tile<2, rows, Fetch::odd>(x, next, block.stride, coefficients + first, gradient);
    std::size_t u = 2;
    for (; u + 2 <= units; u += 2)
        accumulate_tile<2, rows, Fetch::none>(
            x, next, block.stride, coefficients + u * most_block_rows + first, gradient + u * block.stride);
    if (u < units)
        accumulate_tile<1, rows, Fetch::none>(
            x, next, block.stride, coefficients + u * most_block_rows + first, gradient + u * block.stride);
}

/// The last row of an odd block stands at an even place.
template <Fetch which>
[[gnu::always_inline]] inline void project_all(const RowBlock& block, const double* weights,
                                               std::size_t units, double* products) {
    std::size_t r = 0;
    if (units == 1)  // for two units there would not be a register for every sum
        for (; r + 4 <= block.count; r += 4) project_some<4, which>(block, r, weights, units, products);
    for (; r + 2 <= block.count; r += 2) project_some<2, which>(block, r, weights, units, products);
    if (r < block.count) project_some<1, which>(block, r, weights, units, products);
}

}  // namespace

HIDYN_KERNEL void project_block(const RowBlock& block, const double* weights, std::size_t units,
                                bool fetch_all, double* products) {
    if (fetch_all)
        project_all<Fetch::all>(block, weights, units, products);
    else
        project_all<Fetch::even>(block, weights, units, products);
}

HIDYN_KERNEL void project_one(const double* x, const double* next, std::size_t stride, const double* weights,
                              std::size_t units, double* products) {
    for (std::size_t u = 0; u < units; ++u) {
        // The tile's products lie most_block_rows apart; a single one lies anywhere.
        if (u == 0)
            project_tile<1, 1, Fetch::all, 2>(&x, &next, stride, weights, products);
        else
            project_tile<1, 1, Fetch::none, 2>(&x, &next, stride, weights + u * stride, products + u);
    }
}

HIDYN_KERNEL void accumulate_block(const RowBlock& block, const double* coefficients, std::size_t units,
                                   double* gradient) {
    std::size_t r = 0;
    for (; r + 4 <= block.count; r += 4) accumulate_some<4>(block, r, coefficients, units, gradient);
    for (; r + 2 <= block.count; r += 2) accumulate_some<2>(block, r, coefficients, units, gradient);
    if (r < block.count) accumulate_some<1>(block, r, coefficients, units, gradient);
}

}  // namespace hidyn::teacher_student
