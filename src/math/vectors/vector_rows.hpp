// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#if defined(__AVX__)
#include <immintrin.h>
#endif

/// Rows of `size` numbers that stay in vector registers: spelled out, for the compiler keeps an array in
/// memory. Only for the inside of kernels: everything is inlined into a function compiled for the machine.
namespace hidyn::math {

#if defined(__AVX512F__)
inline constexpr std::size_t vector_bytes = 64;
#else
inline constexpr std::size_t vector_bytes = 32;
#endif
using Doubles = double __attribute__((vector_size(vector_bytes)));
using Floats = float __attribute__((vector_size(vector_bytes)));
using HalfFloats = float __attribute__((vector_size(vector_bytes / 2)));

/// Vectors in memory, wherever they stand. No template: Clang forgets the attributes of one.
using StoredDoubles [[gnu::aligned(alignof(double)), gnu::may_alias]] = Doubles;
using StoredFloats [[gnu::aligned(alignof(float)), gnu::may_alias]] = Floats;
using StoredHalfFloats [[gnu::aligned(alignof(float)), gnu::may_alias]] = HalfFloats;

[[gnu::always_inline]] inline void load(const double* from, Doubles& into) {
    into = *reinterpret_cast<const StoredDoubles*>(from);
}

[[gnu::always_inline]] inline void load(const float* from, Floats& into) {
    into = *reinterpret_cast<const StoredFloats*>(from);
}

[[gnu::always_inline]] inline void load(const float* from, Doubles& into) {
#if defined(__AVX__) && !defined(__AVX512F__)
    into = _mm256_cvtps_pd(_mm_loadu_ps(from));  // the compiler converts two by two
#else
    into = __builtin_convertvector(*reinterpret_cast<const StoredHalfFloats*>(from), Doubles);
#endif
}

[[gnu::always_inline]] inline void load(const double* from, Floats& into) {
    for (std::size_t lane = 0; lane < vector_bytes / sizeof(float); ++lane)
        into[lane] = static_cast<float>(from[lane]);
}

[[gnu::always_inline]] inline void store(const Doubles& from, double* into) {
    *reinterpret_cast<StoredDoubles*>(into) = from;
}

[[gnu::always_inline]] inline void store(const Floats& from, float* into) {
    *reinterpret_cast<StoredFloats*>(into) = from;
}

template <class Number>
struct VectorOf;
template <>
struct VectorOf<double> {
    using Type = Doubles;
};
template <>
struct VectorOf<float> {
    using Type = Floats;
};

/// `size` numbers, a multiple of the vectors' width.
template <std::size_t size, class Number = double>
struct VectorRow {
    using Vector = typename VectorOf<Number>::Type;
    static constexpr std::size_t width = vector_bytes / sizeof(Number);
    static constexpr std::size_t parts = size / width;
    Vector part[parts];

    template <class Other>
    [[gnu::always_inline]] static VectorRow at(const Other* from) {
        VectorRow row;
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) load(from + p * width, row.part[p]);
        return row;
    }

    [[gnu::always_inline]] static VectorRow of(Number value) {
        VectorRow row;
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) row.part[p] = Vector{} + value;
        return row;
    }

    [[gnu::always_inline]] void store(Number* to) const {
#pragma GCC unroll 8
        for (std::size_t p = 0; p < parts; ++p) math::store(part[p], to + p * width);
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

    [[nodiscard, gnu::always_inline]] Number dot(const VectorRow& other) const {
        Vector even{};
        Vector odd{};
#pragma GCC unroll 8
        for (std::size_t p = 0; p + 1 < parts; p += 2) {
            even += part[p] * other.part[p];
            odd += part[p + 1] * other.part[p + 1];
        }
        if constexpr (parts % 2 == 1) even += part[parts - 1] * other.part[parts - 1];
        even += odd;
        Number total = 0;
        for (std::size_t lane = 0; lane < width; ++lane) total += even[lane];
        return total;
    }

  private:
    [[gnu::always_inline]] static const Vector& part_of(const VectorRow& row, std::size_t p) {
        return row.part[p];
    }
    [[gnu::always_inline]] static Number part_of(Number value, std::size_t) {
        return value;
    }
};

}  // namespace hidyn::math
