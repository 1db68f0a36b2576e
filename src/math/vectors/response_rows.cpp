// SPDX-License-Identifier: MIT
#include "math/vectors/response_rows.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/kernel.hpp"
#include "math/vectors/vector_rows.hpp"

namespace hidyn::math {
namespace {

// Samples stand side by side in tiles of `width`; a tile's triangle lies row after row, so that a pass over
// it is one stretch of memory, which a machine fetches ahead by itself.
constexpr std::size_t width = 16;
constexpr std::size_t tiles_together = 32;  ///< whose sums are added up by one thread

template <class Number>
using Row = VectorRow<width, Number>;

constexpr std::size_t row_start(std::size_t r) {
    return r * (r + 1) / 2 * width;
}

/// sum_q += sum_r memory_r U_rq over the rows before s; four rows at once, for the sums wait in the first
/// cache.
template <class Number>
[[gnu::always_inline]] inline void add_rows(const Number* tile, std::size_t s, const double* memory,
                                            Number* sum) {
    const auto add = [&](std::size_t q, auto... terms) {
        Row<Number> total = Row<Number>::at(sum + q * width);
        (total.add_product(terms.first, Row<Number>::at(terms.second + q * width)), ...);
        total.store(sum + q * width);
    };
    std::size_t r = 0;
    for (; r + 4 <= s; r += 4) {
        const auto term = [&](std::size_t k) {
            return std::pair(static_cast<Number>(memory[r + k]), tile + row_start(r + k));
        };
        const auto t0 = term(0), t1 = term(1), t2 = term(2), t3 = term(3);
        for (std::size_t q = 0; q <= r; ++q) add(q, t0, t1, t2, t3);
        add(r + 1, t1, t2, t3);
        add(r + 2, t2, t3);
        add(r + 3, t3);
    }
    for (; r < s; ++r) {
        const auto term = std::pair(static_cast<Number>(memory[r]), tile + row_start(r));
        for (std::size_t q = 0; q <= r; ++q) add(q, term);
    }
}

/// Row s of all tiles; `totals` receives its weighted sums, `scratch` has room for two rows.
template <class Number>
[[gnu::always_inline]] inline void append_row(std::size_t tiles, std::size_t tile_size, Number* stored,
                                              std::size_t s, const double* memory, double own,
                                              const double* slope, const double* weight, Number* scratch,
                                              double* totals) {
    Number* sum = scratch;
    Number* total = scratch + (s + 1) * width;
    std::fill_n(total, (s + 1) * width, Number{0});
    for (std::size_t index = 0; index < tiles; ++index) {
        Number* tile = stored + index * tile_size;
        std::fill_n(sum, s * width, Number{0});
        add_rows(tile, s, memory, sum);
        Row<Number>::of(static_cast<Number>(own)).store(sum + s * width);
        const Row<Number> f = Row<Number>::at(slope + index * width);
        const Row<Number> w = Row<Number>::at(weight + index * width);
        Number* row = tile + row_start(s);
        for (std::size_t q = 0; q <= s; ++q) {
            const Row<Number> entry = Row<Number>::at(sum + q * width).times(f);
            entry.store(row + q * width);
            Row<Number> mean = Row<Number>::at(total + q * width);
            mean.add_product(w, entry);
            mean.store(total + q * width);
        }
    }
    for (std::size_t q = 0; q <= s; ++q)
        for (std::size_t lane = 0; lane < width; ++lane)
            totals[q] += static_cast<double>(total[q * width + lane]);
}

HIDYN_KERNEL void append_tiles(std::size_t tiles, std::size_t tile_size, float* stored, std::size_t s,
                               const double* memory, double own, const double* slope, const double* weight,
                               float* scratch, double* totals) {
    append_row(tiles, tile_size, stored, s, memory, own, slope, weight, scratch, totals);
}

HIDYN_KERNEL void append_tiles(std::size_t tiles, std::size_t tile_size, double* stored, std::size_t s,
                               const double* memory, double own, const double* slope, const double* weight,
                               double* scratch, double* totals) {
    append_row(tiles, tile_size, stored, s, memory, own, slope, weight, scratch, totals);
}

}  // namespace

template <class Number>
ResponseRows<Number>::ResponseRows(std::size_t count, std::size_t most_rows, bool remembers)
    : count_(count), remembers_(remembers), tile_size_(row_start(most_rows)) {
    if (remembers) stored_.resize((count + width - 1) / width * tile_size_);
}

template <class Number>
void ResponseRows<Number>::append(std::span<const double> memory, double own, const double* slope,
                                  const double* weight, std::span<double> sums) {
    const std::size_t s = rows_++;
    std::ranges::fill(sums, 0.0);
    if (!remembers_) {
        for (std::size_t i = 0; i < count_; ++i) sums[s] += weight[i] * slope[i] * own;
        return;
    }
    const std::size_t full = count_ / width;
    const std::size_t groups = (full + tiles_together - 1) / tiles_together;
    std::vector<double> partial((groups + 1) * (s + 1), 0.0);
#pragma omp parallel for schedule(static) if (groups > 1)
    for (std::int64_t index = 0; index < static_cast<std::int64_t>(groups); ++index) {
        const auto group = static_cast<std::size_t>(index);
        const std::size_t first = group * tiles_together;
        const std::size_t tiles = std::min(tiles_together, full - first);
        std::vector<Number, CacheAligned<Number>> scratch(2 * (s + 1) * width);
        append_tiles(tiles, tile_size_, stored_.data() + first * tile_size_, s, memory.data(), own,
                     slope + first * width, weight + first * width, scratch.data(),
                     partial.data() + group * (s + 1));
    }
    if (const std::size_t rest = count_ - full * width; rest > 0) {
        // Samples that are not there have no slope and no weight.
        std::array<double, width> padded_slope{};
        std::array<double, width> padded_weight{};
        std::copy_n(slope + full * width, rest, padded_slope.data());
        std::copy_n(weight + full * width, rest, padded_weight.data());
        std::vector<Number, CacheAligned<Number>> scratch(2 * (s + 1) * width);
        append_tiles(1, tile_size_, stored_.data() + full * tile_size_, s, memory.data(), own,
                     padded_slope.data(), padded_weight.data(), scratch.data(),
                     partial.data() + groups * (s + 1));
    }
    for (std::size_t group = 0; group <= groups; ++group)
        for (std::size_t q = 0; q <= s; ++q) sums[q] += partial[group * (s + 1) + q];
}

template <class Number>
double ResponseRows<Number>::bytes(std::size_t count, std::size_t rows) {
    const std::size_t tiles = (count + width - 1) / width;
    return static_cast<double>(row_start(rows)) * static_cast<double>(tiles) * sizeof(Number);
}

template class ResponseRows<float>;
template class ResponseRows<double>;

}  // namespace hidyn::math
