#include "math/response_rows.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/kernel.hpp"
#include "math/vector_rows.hpp"

namespace hidyn::math {
namespace {

// Samples stand side by side in tiles of `width`; a tile's triangle lies in panels of a few columns, each
// panel row after row from its diagonal on, so that a pass over a tile is one stretch of memory.
constexpr std::size_t width = 16;
constexpr std::size_t columns = 4;
constexpr std::size_t tiles_together = 32;  ///< whose sums are added up by one thread

template <class Number>
using Row = VectorRow<width, Number>;

/// One panel of one tile: row s of these columns, from the rows before.
template <class Number>
[[gnu::always_inline]] inline void panel_row(const Number* panel, std::size_t first, std::size_t s,
                                             const double* memory, Row<Number> (&sum)[columns]) {
    for (Row<Number>& row : sum) row = Row<Number>::of(0);
    for (std::size_t r = first; r < s; ++r) {
        const Number m = static_cast<Number>(memory[r]);
        const Number* stored = panel + (r - first) * columns * width;
#pragma GCC unroll 4
        for (std::size_t j = 0; j < columns; ++j) sum[j].add_product(m, Row<Number>::at(stored + j * width));
    }
}

template <class Number>
[[gnu::always_inline]] inline void tile_row(Number* tile, const std::size_t* panel, std::size_t s,
                                            const double* memory, double own, const double* slope,
                                            const double* weight, double* sums) {
    const Row<Number> f = Row<Number>::at(slope);
    const Row<Number> w = Row<Number>::at(weight);
    for (std::size_t first = 0; first <= s; first += columns) {
        Number* place = tile + panel[first / columns];
        Row<Number> sum[columns];
        panel_row(place, first, s, memory, sum);
        Number* stored = place + (s - first) * columns * width;
        const std::size_t count = std::min(columns, s + 1 - first);
        for (std::size_t j = 0; j < count; ++j) {
            if (first + j == s) sum[j].add(Row<Number>::of(static_cast<Number>(own)));
            const Row<Number> entry = sum[j].times(f);
            entry.store(stored + j * width);
            sums[first + j] += static_cast<double>(w.dot(entry));
        }
    }
}

HIDYN_KERNEL void tiles_row(std::size_t tiles, std::size_t tile_size, float* stored, const std::size_t* panel,
                            std::size_t s, const double* memory, double own, const double* slope,
                            const double* weight, double* sums) {
    for (std::size_t tile = 0; tile < tiles; ++tile)
        tile_row(stored + tile * tile_size, panel, s, memory, own, slope + tile * width,
                 weight + tile * width, sums);
}

HIDYN_KERNEL void tiles_row(std::size_t tiles, std::size_t tile_size, double* stored,
                            const std::size_t* panel, std::size_t s, const double* memory, double own,
                            const double* slope, const double* weight, double* sums) {
    for (std::size_t tile = 0; tile < tiles; ++tile)
        tile_row(stored + tile * tile_size, panel, s, memory, own, slope + tile * width,
                 weight + tile * width, sums);
}

std::size_t panels(std::size_t rows) {
    return (rows + columns - 1) / columns;
}

std::size_t panel_size(std::size_t index, std::size_t rows) {
    return (rows - index * columns) * columns * width;
}

}  // namespace

template <class Number>
ResponseRows<Number>::ResponseRows(std::size_t count, std::size_t most_rows, bool remembers)
    : count_(count), remembers_(remembers), tile_size_(0) {
    if (!remembers) return;
    for (std::size_t index = 0; index < panels(most_rows); ++index) {
        panel_.push_back(tile_size_);
        tile_size_ += panel_size(index, most_rows);
    }
    stored_.resize((count + width - 1) / width * tile_size_);
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
        tiles_row(tiles, tile_size_, stored_.data() + first * tile_size_, panel_.data(), s, memory.data(),
                  own, slope + first * width, weight + first * width, partial.data() + group * (s + 1));
    }
    if (const std::size_t rest = count_ - full * width; rest > 0) {
        // Samples that are not there have no slope and no weight.
        std::array<double, width> padded_slope{};
        std::array<double, width> padded_weight{};
        std::copy_n(slope + full * width, rest, padded_slope.data());
        std::copy_n(weight + full * width, rest, padded_weight.data());
        tiles_row(1, tile_size_, stored_.data() + full * tile_size_, panel_.data(), s, memory.data(), own,
                  padded_slope.data(), padded_weight.data(), partial.data() + groups * (s + 1));
    }
    for (std::size_t group = 0; group <= groups; ++group)
        for (std::size_t q = 0; q <= s; ++q) sums[q] += partial[group * (s + 1) + q];
}

template <class Number>
double ResponseRows<Number>::bytes(std::size_t count, std::size_t rows) {
    double entries = 0.0;
    for (std::size_t index = 0; index < panels(rows); ++index)
        entries += static_cast<double>(panel_size(index, rows));
    const std::size_t tiles = (count + width - 1) / width;
    return entries * static_cast<double>(tiles) * sizeof(Number);
}

template class ResponseRows<float>;
template class ResponseRows<double>;

}  // namespace hidyn::math
