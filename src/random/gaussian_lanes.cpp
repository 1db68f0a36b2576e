// SPDX-License-Identifier: MIT
#include "random/gaussian_lanes.hpp"

#include <cmath>
#include <cstring>

#include "core/kernel.hpp"

namespace hidyn::random {
namespace {

// One machine word per lane; the compiler maps a row to whatever vector registers the target has.
using Words __attribute__((vector_size(64))) = std::uint64_t;
using Reals __attribute__((vector_size(64))) = double;

struct State {
    Words s0, s1, s2, s3;
};

[[gnu::always_inline]] inline void load(const std::array<std::uint64_t, lane_count>& row, Words& words) {
    std::memcpy(&words, row.data(), sizeof words);
}

[[gnu::always_inline]] inline void store(std::array<std::uint64_t, lane_count>& row, const Words& words) {
    std::memcpy(row.data(), &words, sizeof words);
}

[[gnu::always_inline]] inline void next(State& state, Words& result) {
    const Words sum = state.s0 + state.s3;
    result = ((sum << 23) | (sum >> 41)) + state.s0;
    const Words shifted = state.s1 << 17;
    state.s2 ^= state.s0;
    state.s3 ^= state.s1;
    state.s1 ^= state.s2;
    state.s0 ^= state.s3;
    state.s2 ^= shifted;
    state.s3 = (state.s3 << 45) | (state.s3 >> 19);
}

// The upper 52 bits as a real number in [1, 2).
[[gnu::always_inline]] inline void unit_interval(const Words& words, Reals& result) {
    const Words bits = (words >> 12) | 0x3ff0000000000000U;
    std::memcpy(&result, &bits, sizeof result);
}

// Natural logarithm for u in [2^-52, 1]: u = 2^e m with m in [sqrt(1/2), sqrt(2)), log m = 2 atanh(s) with
// s = (m - 1) / (m + 1), |s| < 0.1716. Relative error below 2e-15.
[[gnu::always_inline]] inline void log_unit(const Reals& u, Reals& result) {
    Words bits;
    std::memcpy(&bits, &u, sizeof bits);
    const Words offset = bits - 0x3fe6a09e667f3bcdU;  // the bits of sqrt(1/2)
    // The exponent is negative or 0; as an arithmetic shift of the offset.
    using Signed __attribute__((vector_size(64))) = std::int64_t;
    Signed exponent;
    std::memcpy(&exponent, &offset, sizeof exponent);
    exponent = exponent >> 52;
    Words exponent_bits;
    std::memcpy(&exponent_bits, &exponent, sizeof exponent_bits);
    const Words mantissa_bits = bits - (exponent_bits << 52);
    Reals m;
    std::memcpy(&m, &mantissa_bits, sizeof m);
    const Reals e = __builtin_convertvector(exponent, Reals);
    const Reals s = (m - 1.0) / (m + 1.0);
    const Reals q = s * s;
    Reals series = q * (1.0 / 17.0) + (1.0 / 15.0);
    series = series * q + 1.0 / 13.0;
    series = series * q + 1.0 / 11.0;
    series = series * q + 1.0 / 9.0;
    series = series * q + 1.0 / 7.0;
    series = series * q + 1.0 / 5.0;
    series = series * q + 1.0 / 3.0;
    series = series * q + 1.0;
    result = e * 0.69314718055994530942 + 2.0 * s * series;
}

// sin and cos on [-pi/4, pi/4] by their Taylor series, error below 1e-15.
[[gnu::always_inline]] inline void sine_cosine(const Reals& x, Reals& sine, Reals& cosine) {
    const Reals q = x * x;
    Reals s = q * -7.6471637318198164759e-13 + 1.6059043836821614599e-10;
    s = s * q - 2.5052108385441718775e-8;
    s = s * q + 2.7557319223985890653e-6;
    s = s * q - 1.9841269841269841270e-4;
    s = s * q + 8.3333333333333333333e-3;
    s = s * q - 1.6666666666666666667e-1;
    sine = x + x * q * s;
    Reals c = q * -1.1470745597729724714e-11 + 2.0876756987868098979e-9;
    c = c * q - 2.7557319223985890653e-7;
    c = c * q + 2.4801587301587301587e-5;
    c = c * q - 1.3888888888888888889e-3;
    c = c * q + 4.1666666666666666667e-2;
    c = c * q - 0.5;
    cosine = c * q + 1.0;
}

}  // namespace

void GaussianLanes::seed_lane(std::size_t lane, const StreamKey& key) {
    const std::array<std::uint64_t, 4> words = philox_block(key, 0);
    for (std::size_t part = 0; part < words.size(); ++part) state_[part][lane] = words[part];
    // All zeros is xoshiro's only forbidden state; Philox yields it with probability 2^-256.
    state_[0][lane] |= static_cast<std::uint64_t>((words[0] | words[1] | words[2] | words[3]) == 0);
}

GaussianLanes::GaussianLanes(const StreamKey& key) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        StreamKey lane_key = key;
        lane_key.lane = static_cast<std::uint32_t>(lane);
        seed_lane(lane, lane_key);
    }
}

GaussianLanes::GaussianLanes(std::span<const StreamKey, lane_count> keys) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) seed_lane(lane, keys[lane]);
}

HIDYN_KERNEL void GaussianLanes::normals(std::span<double> rows) {
    State state;
    load(state_[0], state.s0);
    load(state_[1], state.s1);
    load(state_[2], state.s2);
    load(state_[3], state.s3);
    double* out = rows.data();
    for (std::size_t index = 0; index + 2 * lane_count <= rows.size(); index += 2 * lane_count) {
        Words radial;
        Words angular;
        next(state, radial);
        next(state, angular);

        Reals u;
        unit_interval(radial, u);
        u = 2.0 - u;
        Reals logarithm;
        log_unit(u, logarithm);
        Reals radius;
        for (std::size_t lane = 0; lane < lane_count; ++lane)
            radius[lane] = std::sqrt(-2.0 * logarithm[lane]);

        // The upper bits give an angle within a quarter turn; two of the lower bits choose the quarter:
        // exchange the axes, reverse the direction.
        Reals angle;
        unit_interval(angular, angle);
        angle = (angle - 1.5) * 1.57079632679489661923;
        Reals sine;
        Reals cosine;
        sine_cosine(angle, sine, cosine);
        const Words exchange = -((angular >> 1) & 1U);
        const Words reverse = (angular & 1U) << 63;
        Words sine_bits;
        Words cosine_bits;
        std::memcpy(&sine_bits, &sine, sizeof sine);
        std::memcpy(&cosine_bits, &cosine, sizeof cosine);
        const Words difference = (sine_bits ^ cosine_bits) & exchange;
        const Words first_bits = cosine_bits ^ difference ^ reverse;
        const Words second_bits = sine_bits ^ difference ^ reverse;
        Reals first;
        Reals second;
        std::memcpy(&first, &first_bits, sizeof first);
        std::memcpy(&second, &second_bits, sizeof second);
        first *= radius;
        second *= radius;
        std::memcpy(out + index, &first, sizeof first);
        std::memcpy(out + index + lane_count, &second, sizeof second);
    }
    store(state_[0], state.s0);
    store(state_[1], state.s1);
    store(state_[2], state.s2);
    store(state_[3], state.s3);
}

HIDYN_KERNEL void GaussianLanes::uniforms(std::span<double> rows) {
    State state;
    load(state_[0], state.s0);
    load(state_[1], state.s1);
    load(state_[2], state.s2);
    load(state_[3], state.s3);
    double* out = rows.data();
    for (std::size_t index = 0; index + lane_count <= rows.size(); index += lane_count) {
        Words words;
        next(state, words);
        Reals u;
        unit_interval(words, u);
        u = 2.0 - u;
        std::memcpy(out + index, &u, sizeof u);
    }
    store(state_[0], state.s0);
    store(state_[1], state.s1);
    store(state_[2], state.s2);
    store(state_[3], state.s3);
}

void RowSource::refill_normals() {
    lanes_.normals(normals_);
    normal_ = 0;
}

void RowSource::refill_uniforms() {
    lanes_.uniforms(uniforms_);
    uniform_ = 0;
}

}  // namespace hidyn::random
