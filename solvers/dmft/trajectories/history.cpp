// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/history.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "core/kernel.hpp"
#include "math/vectors/vector_rows.hpp"

namespace hidyn::dmft {
namespace {

template <class Number>
using Row = math::VectorRow<tile_width, Number>;

/// Into the second cache: the first has no room.
template <class Number>
[[gnu::always_inline]] inline void fetch(const History<Number>& history, std::size_t r) {
    constexpr std::size_t line = 64 / sizeof(Number);
    if (history.next == nullptr) return;
#pragma GCC unroll 4
    for (std::size_t place = 0; place < tile_width; place += line)
        __builtin_prefetch(history.next + r * history.stride + place, 0, 2);
}

// Single precision is added up in single precision, which needs no conversion and halves the vectors, but
// only over so many rows.
constexpr std::size_t most_single = 32;

template <class Number>
[[gnu::always_inline]] inline void add_rows(const History<Number>& history, const double* coefficients,
                                            std::size_t coefficient_stride, double* sum) {
    constexpr std::size_t together = std::is_same_v<Number, float> ? most_single : std::size_t(-1);
    for (std::size_t begin = 0; begin < history.count; begin += std::min(together, history.count)) {
        Row<Number> a = Row<Number>::of(0);
        for (std::size_t r = begin; r < std::min(begin + together, history.count); ++r) {
            fetch(history, r);
            a.add_product(static_cast<Number>(coefficients[r * coefficient_stride]),
                          Row<Number>::at(history.rows + r * history.stride));
        }
        alignas(64) std::array<Number, tile_width> part;
        a.store(part.data());
        for (std::size_t i = 0; i < tile_width; ++i) sum[i] += static_cast<double>(part[i]);
    }
}

template <class Number>
[[gnu::always_inline]] inline void multiply_rows(const History<Number>& history, const double* present,
                                                 double* products, std::size_t product_stride) {
    const Row<Number> u = Row<Number>::at(present);
    for (std::size_t r = 0; r < history.count; ++r) {
        fetch(history, r);
        products[r * product_stride] += u.dot(Row<Number>::at(history.rows + r * history.stride));
    }
}

}  // namespace

HIDYN_KERNEL void add_history(const History<double>& history, const double* coefficients,
                              std::size_t coefficient_stride, double* sum) {
    add_rows(history, coefficients, coefficient_stride, sum);
}

HIDYN_KERNEL void add_history(const History<float>& history, const double* coefficients,
                              std::size_t coefficient_stride, double* sum) {
    add_rows(history, coefficients, coefficient_stride, sum);
}

HIDYN_KERNEL void add_products(const History<double>& history, const double* present, double* products,
                               std::size_t product_stride) {
    multiply_rows(history, present, products, product_stride);
}

HIDYN_KERNEL void add_products(const History<float>& history, const double* present, double* products,
                               std::size_t product_stride) {
    multiply_rows(history, present, products, product_stride);
}

HIDYN_KERNEL double product(const double* present, const double* row) {
    return Row<double>::at(present).dot(Row<double>::at(row));
}

}  // namespace hidyn::dmft
