// SPDX-License-Identifier: MIT
#include "random/stream.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

#include "core/hash.hpp"

namespace hidyn::random {

std::uint64_t route_hash(std::string_view name) {
    return fnv1a(name);
}

std::array<std::uint64_t, 4> philox_block(const StreamKey& key, std::uint64_t index) {
    const r123::Philox4x64::key_type philox_key{{key.seed, key.route}};
    const std::uint64_t where = (std::uint64_t{static_cast<std::uint32_t>(key.purpose)} << 32U) | key.lane;
    const r123::Philox4x64::ctr_type counter{{index, key.replica, where, 0}};
    const r123::Philox4x64::ctr_type words = r123::Philox4x64{}(counter, philox_key);
    return {words[0], words[1], words[2], words[3]};
}

std::uint64_t Stream::bits() {
    if (used_ == words_.size()) {
        words_ = philox_block(key_, block_++);
        used_ = 0;
    }
    return words_[used_++];
}

double Stream::uniform() {
    return static_cast<double>((bits() >> 11U) + 1) * 0x1.0p-53;
}

double Stream::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_normal_;
    }
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_normal_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

double Stream::chi(double degrees_of_freedom) {
    if (degrees_of_freedom <= 0.0) return 0.0;
    if (degrees_of_freedom == 1.0) return std::abs(normal());
    // Marsaglia & Tsang (2000): a gamma variable of shape degrees_of_freedom / 2 >= 1 by rejection.
    const double shift = 0.5 * degrees_of_freedom - 1.0 / 3.0;
    const double scale = 1.0 / std::sqrt(9.0 * shift);
    for (;;) {
        const double x = normal();
        const double root = 1.0 + scale * x;
        if (root <= 0.0) continue;
        const double cube = root * root * root;
        if (std::log(uniform()) < 0.5 * x * x + shift * (1.0 - cube + std::log(cube)))
            return std::sqrt(2.0 * shift * cube);
    }
}

}  // namespace hidyn::random
