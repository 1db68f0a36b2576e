// SPDX-License-Identifier: MIT
#include "math/expression/tape.hpp"

#include <cmath>

#include "core/kernel.hpp"
#include "math/vectors/vector_math.hpp"

namespace hidyn::math {
namespace {

/// Calls f(i) for every lane. Groups of fixed length let the compiler use full vectors without a remainder.
template <class F>
[[gnu::always_inline]] inline void for_lanes(std::size_t lanes, F f) {
    for (std::size_t group = 0; group < lanes; group += lane_group)
#pragma omp simd
        for (std::size_t lane = 0; lane < lane_group; ++lane) f(group + lane);
}

}  // namespace

HIDYN_KERNEL void run_affine(const Instruction& instruction, const Operands& o) {
    const double c = instruction.constant;
    switch (instruction.step) {
        case Step::scale:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = c * o.a[i]; });
            break;
        case Step::shift:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = o.a[i] + c; });
            break;
        default:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = c - o.a[i]; });
    }
}

HIDYN_KERNEL void run_operation(Operation operation, const Operands& o) {
    const double* a = o.a;
    const double* b = o.b;
    const double* c = o.c;
    double* v = o.v;
    switch (operation) {
        case Operation::constant:
        case Operation::variable:
            break;
        case Operation::add:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] + b[i]; });
            break;
        case Operation::subtract:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] - b[i]; });
            break;
        case Operation::multiply:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] * b[i]; });
            break;
        case Operation::divide:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] / b[i]; });
            break;
        case Operation::power:
            pow(o.left(), o.right(), o.value());
            break;
        // NaN on either side stays NaN.
        case Operation::maximum:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] > b[i] || a[i] != a[i] ? a[i] : b[i]; });
            break;
        case Operation::minimum:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] < b[i] || a[i] != a[i] ? a[i] : b[i]; });
            break;
        case Operation::negate:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = -a[i]; });
            break;
        case Operation::exp:
            exp(o.left(), o.value());
            break;
        case Operation::log:
            log(o.left(), o.value());
            break;
        case Operation::sqrt:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = std::sqrt(a[i]); });
            break;
        case Operation::abs:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = std::abs(a[i]); });
            break;
        case Operation::tanh:
            tanh(o.left(), o.value());
            break;
        case Operation::sin:
            sin(o.left(), o.value());
            break;
        case Operation::cos:
            cos(o.left(), o.value());
            break;
        case Operation::atan:
            atan(o.left(), o.value());
            break;
        case Operation::erf:
            erf(o.left(), o.value());
            break;
        case Operation::sign:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] > 0.0 ? 1.0 : (a[i] < 0.0 ? -1.0 : a[i]); });
            break;
        case Operation::relu:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] < 0.0 ? 0.0 : a[i]; });
            break;
        case Operation::sigmoid:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = -a[i]; });
            exp(o.value(), o.value());
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = 1.0 / (1.0 + v[i]); });
            break;
        case Operation::softplus:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = -std::abs(a[i]); });
            exp(o.value(), o.value());
            log1p(o.value(), o.value());
            for_lanes(o.lanes, [&](std::size_t i) { v[i] += a[i] < 0.0 ? 0.0 : a[i]; });
            break;
        case Operation::before:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = a[i] == 0.0 ? -b[i] : a[i]; });
            break;
        case Operation::select:
            for_lanes(o.lanes, [&](std::size_t i) { v[i] = c[i] > 0.0 ? a[i] : b[i]; });
            break;
    }
}

}  // namespace hidyn::math
