#include "math/expression_tape.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "core/kernel.hpp"
#include "math/vector_math.hpp"

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
            if (o.dv) for_lanes(o.lanes, [&](std::size_t i) { o.dv[i] = c * o.da[i]; });
            break;
        case Step::shift:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = o.a[i] + c; });
            if (o.dv) for_lanes(o.lanes, [&](std::size_t i) { o.dv[i] = o.da[i]; });
            break;
        default:
            for_lanes(o.lanes, [&](std::size_t i) { o.v[i] = c - o.a[i]; });
            if (o.dv) for_lanes(o.lanes, [&](std::size_t i) { o.dv[i] = -o.da[i]; });
    }
}

HIDYN_KERNEL void run_values(Operation operation, const Operands& o) {
    const double* a = o.a;
    const double* b = o.b;
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
    }
}

HIDYN_KERNEL void run_derivatives(Operation operation, const Operands& o) {
    const double* a = o.a;
    const double* b = o.b;
    const double* v = o.v;
    const double* da = o.da;
    const double* db = o.db;
    double* dv = o.dv;
    switch (operation) {
        case Operation::constant:
        case Operation::variable:
            break;
        case Operation::add:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] + db[i]; });
            break;
        case Operation::subtract:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] - db[i]; });
            break;
        case Operation::multiply:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] * b[i] + a[i] * db[i]; });
            break;
        case Operation::divide:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = (da[i] - v[i] * db[i]) / b[i]; });
            break;
        case Operation::power: {
            // b a^(b-1) a' + log(a) a^b b', without the second term (and its log) where b does not vary.
            std::array<double, longest_block> slope;
            std::array<double, longest_block> logarithm;
            for_lanes(o.lanes, [&](std::size_t i) { slope[i] = b[i] - 1.0; });
            pow(o.left(), {slope.data(), o.lanes}, {slope.data(), o.lanes});
            log(o.left(), {logarithm.data(), o.lanes});
            for_lanes(o.lanes, [&](std::size_t i) {
                const double by_exponent = db[i] == 0.0 ? 0.0 : v[i] * logarithm[i] * db[i];
                dv[i] = b[i] * slope[i] * da[i] + by_exponent;
            });
            break;
        }
        // At a tie the two sides' slopes give the one-sided derivatives; the one from the left is taken.
        case Operation::maximum:
            for_lanes(o.lanes, [&](std::size_t i) {
                const bool left = a[i] > b[i] || (a[i] == b[i] && da[i] < db[i]);
                dv[i] = left ? da[i] : db[i];
            });
            break;
        case Operation::minimum:
            for_lanes(o.lanes, [&](std::size_t i) {
                const bool left = a[i] < b[i] || (a[i] == b[i] && da[i] > db[i]);
                dv[i] = left ? da[i] : db[i];
            });
            break;
        case Operation::negate:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = -da[i]; });
            break;
        case Operation::exp:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = v[i] * da[i]; });
            break;
        case Operation::log:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] / a[i]; });
            break;
        case Operation::sqrt:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = 0.5 * da[i] / v[i]; });
            break;
        case Operation::abs:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = a[i] > 0.0 ? da[i] : -da[i]; });
            break;
        case Operation::tanh:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = (1.0 - v[i] * v[i]) * da[i]; });
            break;
        case Operation::sin:
            cos(o.left(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] *= da[i]; });
            break;
        case Operation::cos:
            sin(o.left(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] *= -da[i]; });
            break;
        case Operation::atan:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] / (1.0 + a[i] * a[i]); });
            break;
        case Operation::erf:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = -a[i] * a[i]; });
            exp(o.derivative(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] *= 2.0 * std::numbers::inv_sqrtpi * da[i]; });
            break;
        case Operation::sign:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = 0.0; });
            break;
        case Operation::relu:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = a[i] > 0.0 ? da[i] : 0.0; });
            break;
        case Operation::sigmoid:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = v[i] * (1.0 - v[i]) * da[i]; });
            break;
        case Operation::softplus:
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = -a[i]; });
            exp(o.derivative(), o.derivative());
            for_lanes(o.lanes, [&](std::size_t i) { dv[i] = da[i] / (1.0 + dv[i]); });
            break;
    }
}

}  // namespace hidyn::math
