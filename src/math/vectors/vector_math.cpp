// SPDX-License-Identifier: MIT
#include "math/vectors/vector_math.hpp"

#include <cmath>
#include <cstddef>

#include "core/kernel.hpp"

// glibc declares its vector variants only under -ffast-math, which would give up NaN; declared here they come
// without that price. Elsewhere the loops call the scalar functions.
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#if __GLIBC_PREREQ(2, 35)
extern "C" {
__attribute__((simd("notinbranch"))) double exp(double) noexcept;
__attribute__((simd("notinbranch"))) double log(double) noexcept;
__attribute__((simd("notinbranch"))) double erf(double) noexcept;
__attribute__((simd("notinbranch"))) double tanh(double) noexcept;
__attribute__((simd("notinbranch"))) double asin(double) noexcept;
__attribute__((simd("notinbranch"))) double atan(double) noexcept;
__attribute__((simd("notinbranch"))) double sin(double) noexcept;
__attribute__((simd("notinbranch"))) double cos(double) noexcept;
__attribute__((simd("notinbranch"))) double log1p(double) noexcept;
__attribute__((simd("notinbranch"))) double pow(double, double) noexcept;
}
#endif
#endif

namespace hidyn::math {

HIDYN_KERNEL void exp(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::exp(in[i]);
}

HIDYN_KERNEL void log(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::log(in[i]);
}

HIDYN_KERNEL void erf(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::erf(in[i]);
}

HIDYN_KERNEL void tanh(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::tanh(in[i]);
}

HIDYN_KERNEL void asin(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::asin(in[i]);
}

HIDYN_KERNEL void atan(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::atan(in[i]);
}

HIDYN_KERNEL void sin(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::sin(in[i]);
}

HIDYN_KERNEL void cos(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::cos(in[i]);
}

HIDYN_KERNEL void log1p(std::span<const double> x, std::span<double> result) {
    const double* in = x.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::log1p(in[i]);
}

HIDYN_KERNEL void pow(std::span<const double> x, std::span<const double> y, std::span<double> result) {
    const double* base = x.data();
    const double* exponent = y.data();
    double* out = result.data();
    const std::size_t count = x.size();
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) out[i] = ::pow(base[i], exponent[i]);
}

}  // namespace hidyn::math
