#include "solvers/dmft/history.hpp"

#include <cstring>

#include "core/kernel.hpp"

namespace hidyn::dmft {
namespace {

// The accumulators of a tile stay in registers: spelled out, for the compiler keeps an array in memory.
#if defined(__AVX512F__)
constexpr std::size_t width = 8;
#else
constexpr std::size_t width = 4;
#endif
using Doubles = double __attribute__((vector_size(width * sizeof(double))));
using Floats = float __attribute__((vector_size(width * sizeof(float))));
constexpr std::size_t parts = tile_width / width;

[[gnu::always_inline]] inline void load(const double* from, Doubles& into) {
    std::memcpy(&into, from, sizeof into);
}

[[gnu::always_inline]] inline void load(const float* from, Doubles& into) {
    Floats narrow;
    std::memcpy(&narrow, from, sizeof narrow);
    into = __builtin_convertvector(narrow, Doubles);
}

template <class Number>
[[gnu::always_inline]] inline void add_rows(std::size_t count, const double* coefficients,
                                            std::size_t coefficient_stride, const Number* history,
                                            std::size_t stride, double* sum) {
    Doubles a[parts];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < parts; ++p) load(sum + p * width, a[p]);
    for (std::size_t r = 0; r < count; ++r) {
        const double c = coefficients[r * coefficient_stride];
        const Number* row = history + r * stride;
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) {
            Doubles h;
            load(row + p * width, h);
            a[p] += c * h;
        }
    }
#pragma GCC unroll 8
    for (std::size_t p = 0; p < parts; ++p) std::memcpy(sum + p * width, &a[p], sizeof a[p]);
}

template <class Number>
[[gnu::always_inline]] inline void multiply_rows(std::size_t count, const double* present,
                                                 const Number* history, std::size_t stride, double* products,
                                                 std::size_t product_stride) {
    Doubles u[parts];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < parts; ++p) load(present + p * width, u[p]);
    for (std::size_t r = 0; r < count; ++r) {
        const Number* row = history + r * stride;
        Doubles even{};
        Doubles odd{};
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; p += 2) {
            Doubles h;
            load(row + p * width, h);
            even += u[p] * h;
            load(row + (p + 1) * width, h);
            odd += u[p + 1] * h;
        }
        even += odd;
        double total = 0.0;
        for (std::size_t lane = 0; lane < width; ++lane) total += even[lane];
        products[r * product_stride] += total;
    }
}

}  // namespace

HIDYN_KERNEL void add_history(std::size_t count, const double* coefficients, std::size_t coefficient_stride,
                              const double* history, std::size_t stride, double* sum) {
    add_rows(count, coefficients, coefficient_stride, history, stride, sum);
}

HIDYN_KERNEL void add_history(std::size_t count, const double* coefficients, std::size_t coefficient_stride,
                              const float* history, std::size_t stride, double* sum) {
    add_rows(count, coefficients, coefficient_stride, history, stride, sum);
}

HIDYN_KERNEL void add_products(std::size_t count, const double* present, const double* history,
                               std::size_t stride, double* products, std::size_t product_stride) {
    multiply_rows(count, present, history, stride, products, product_stride);
}

HIDYN_KERNEL void add_products(std::size_t count, const double* present, const float* history,
                               std::size_t stride, double* products, std::size_t product_stride) {
    multiply_rows(count, present, history, stride, products, product_stride);
}

}  // namespace hidyn::dmft
