// SPDX-License-Identifier: MIT
#include "math/vectors/row_kernels.hpp"

#include "core/kernel.hpp"

namespace hidyn::math {

HIDYN_KERNEL void project_rows(const double* rows, std::size_t stride, std::size_t count, const double* x,
                               std::size_t length, double* products) {
    std::size_t k = 0;
    // Four rows share each load of x and hide one another's latency.
    for (; k + 4 <= count; k += 4) {
        const double* w0 = rows + k * stride;
        const double* w1 = w0 + stride;
        const double* w2 = w1 + stride;
        const double* w3 = w2 + stride;
        double s0 = 0.0;
        double s1 = 0.0;
        double s2 = 0.0;
        double s3 = 0.0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
        for (std::size_t i = 0; i < length; ++i) {
            s0 += w0[i] * x[i];
            s1 += w1[i] * x[i];
            s2 += w2[i] * x[i];
            s3 += w3[i] * x[i];
        }
        products[k] = s0;
        products[k + 1] = s1;
        products[k + 2] = s2;
        products[k + 3] = s3;
    }
    for (; k < count; ++k) {
        const double* w = rows + k * stride;
        double sum = 0.0;
#pragma omp simd reduction(+ : sum)
        for (std::size_t i = 0; i < length; ++i) sum += w[i] * x[i];
        products[k] = sum;
    }
}

HIDYN_KERNEL void update_rows(double* rows, std::size_t stride, std::size_t count, double keep,
                              const double* factors, const double* x, std::size_t length) {
    for (std::size_t k = 0; k < count; ++k) {
        double* w = rows + k * stride;
        const double factor = factors[k];
#pragma omp simd
        for (std::size_t i = 0; i < length; ++i) w[i] = keep * w[i] + factor * x[i];
    }
}

HIDYN_KERNEL double squared_norm(const double* row, std::size_t length) {
    // Four stretches side by side hide one another's latency.
    const std::size_t quarter = length / 4;
    const double* x0 = row;
    const double* x1 = x0 + quarter;
    const double* x2 = x1 + quarter;
    const double* x3 = x2 + quarter;
    double s0 = 0.0;
    double s1 = 0.0;
    double s2 = 0.0;
    double s3 = 0.0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (std::size_t i = 0; i < quarter; ++i) {
        s0 += x0[i] * x0[i];
        s1 += x1[i] * x1[i];
        s2 += x2[i] * x2[i];
        s3 += x3[i] * x3[i];
    }
    return (s0 + s1) + (s2 + s3);
}

}  // namespace hidyn::math
