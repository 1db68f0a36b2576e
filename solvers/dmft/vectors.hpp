#pragma once

#include <cstddef>
#if defined(__AVX__)
#include <immintrin.h>
#endif

/// Rows of `size` numbers that stay in vector registers: spelled out, for the compiler keeps an array in
/// memory. Only for the inside of kernels: everything is inlined into a function compiled for the machine.
namespace hidyn::dmft {

#if defined(__AVX512F__)
inline constexpr std::size_t vector_width = 8;
#else
inline constexpr std::size_t vector_width = 4;
#endif
using Doubles = double __attribute__((vector_size(vector_width * sizeof(double))));
using Floats = float __attribute__((vector_size(vector_width * sizeof(float))));
/// The same in memory, wherever they stand.
using StoredDoubles [[gnu::aligned(alignof(double)), gnu::may_alias]] = Doubles;
using StoredFloats [[gnu::aligned(alignof(float)), gnu::may_alias]] = Floats;

[[gnu::always_inline]] inline void load(const double* from, Doubles& into) {
    into = *reinterpret_cast<const StoredDoubles*>(from);
}

[[gnu::always_inline]] inline void load(const float* from, Doubles& into) {
#if defined(__AVX__) && !defined(__AVX512F__)
    into = _mm256_cvtps_pd(_mm_loadu_ps(from));  // the compiler converts two by two
#else
    into = __builtin_convertvector(*reinterpret_cast<const StoredFloats*>(from), Doubles);
#endif
}

[[gnu::always_inline]] inline double total(const Doubles& row) {
    double sum = 0.0;
    for (std::size_t lane = 0; lane < vector_width; ++lane) sum += row[lane];
    return sum;
}

/// `size` numbers, a multiple of the vectors' width.
template <std::size_t size>
struct VectorRow {
    static constexpr std::size_t parts = size / vector_width;
    Doubles part[parts];

    template <class Number>
    [[gnu::always_inline]] static VectorRow at(const Number* from) {
        VectorRow row;
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) load(from + p * vector_width, row.part[p]);
        return row;
    }

    [[gnu::always_inline]] static VectorRow of(double value) {
        VectorRow row;
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) row.part[p] = Doubles{} + value;
        return row;
    }

    [[gnu::always_inline]] void store(double* to) const {
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p)
            *reinterpret_cast<StoredDoubles*>(to + p * vector_width) = part[p];
    }

    /// this += a b and this -= a b; `a` a row or a number.
    template <class Factor>
    [[gnu::always_inline]] void add_product(const Factor& a, const VectorRow& b) {
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) part[p] += part_of(a, p) * b.part[p];
    }
    template <class Factor>
    [[gnu::always_inline]] void subtract_product(const Factor& a, const VectorRow& b) {
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) part[p] -= part_of(a, p) * b.part[p];
    }

    template <class Factor>
    [[gnu::always_inline]] VectorRow times(const Factor& a) const {
        VectorRow row;
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) row.part[p] = part_of(a, p) * part[p];
        return row;
    }

    [[gnu::always_inline]] void add(const VectorRow& other) {
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) part[p] += other.part[p];
    }

    [[nodiscard, gnu::always_inline]] double dot(const VectorRow& other) const {
        Doubles even{};
        Doubles odd{};
#pragma GCC unroll 8
        for (std::size_t p = 0; p + 1 < parts; p += 2) {
            even += part[p] * other.part[p];
            odd += part[p + 1] * other.part[p + 1];
        }
        if constexpr (parts % 2 == 1) even += part[parts - 1] * other.part[parts - 1];
        even += odd;
        return total(even);
    }

  private:
    [[gnu::always_inline]] static const Doubles& part_of(const VectorRow& row, std::size_t p) {
        return row.part[p];
    }
    [[gnu::always_inline]] static double part_of(double value, std::size_t) {
        return value;
    }
};

}  // namespace hidyn::dmft
