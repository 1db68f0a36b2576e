#include "solvers/dmft/history.hpp"

#include "core/kernel.hpp"
#include "solvers/dmft/vectors.hpp"

namespace hidyn::dmft {
namespace {

using Row = VectorRow<tile_width>;

/// Into the second cache: the first has no room.
template <class Number>
[[gnu::always_inline]] inline void fetch(const History<Number>& history, std::size_t r) {
    constexpr std::size_t line = 64 / sizeof(Number);
    if (history.next == nullptr) return;
#pragma GCC unroll 4
    for (std::size_t place = 0; place < tile_width; place += line)
        __builtin_prefetch(history.next + r * history.stride + place, 0, 2);
}

template <class Number>
[[gnu::always_inline]] inline void add_rows(const History<Number>& history, const double* coefficients,
                                            std::size_t coefficient_stride, double* sum) {
    Row a = Row::at(sum);
    for (std::size_t r = 0; r < history.count; ++r) {
        fetch(history, r);
        a.add_product(coefficients[r * coefficient_stride], Row::at(history.rows + r * history.stride));
    }
    a.store(sum);
}

template <class Number>
[[gnu::always_inline]] inline void multiply_rows(const History<Number>& history, const double* present,
                                                 double* products, std::size_t product_stride) {
    const Row u = Row::at(present);
    for (std::size_t r = 0; r < history.count; ++r) {
        fetch(history, r);
        products[r * product_stride] += u.dot(Row::at(history.rows + r * history.stride));
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
    return Row::at(present).dot(Row::at(row));
}

}  // namespace hidyn::dmft
