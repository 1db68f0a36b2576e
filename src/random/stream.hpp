// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/archive.hpp"

namespace hidyn::random {

/// What a stream is for. Streams of different purposes never share a number.
enum class Purpose : std::uint32_t { dynamics, rejection, label_noise, start, frame, data, driver, field };

/// The name of a random stream: this and nothing else determines its numbers, so a replica can be rerun alone
/// and results do not depend on threads. `lane` separates the parallel parts of one stream.
struct StreamKey {
    std::uint64_t seed = 0;
    std::uint64_t route = 0;  ///< route_hash of the route's name
    std::uint32_t replica = 0;
    Purpose purpose = Purpose::dynamics;
    std::uint32_t lane = 0;
};

/// FNV-1a hash of a route's name.
[[nodiscard]] std::uint64_t route_hash(std::string_view name);

/// Four 64-bit words: block `index` of the keyed Philox4x64-10 sequence (Salmon, Moraes, Dror, Shaw 2011).
[[nodiscard]] std::array<std::uint64_t, 4> philox_block(const StreamKey& key, std::uint64_t index);

/// A scalar stream, for draws outside the hot loops.
class Stream {
  public:
    explicit Stream(const StreamKey& key) : key_(key) {}

    std::uint64_t bits();
    double uniform();  ///< in (0, 1]
    double normal();
    double chi(double degrees_of_freedom);  ///< sqrt of a chi-squared variable; 0 for 0 degrees of freedom

    void archive(Archive& archive) { archive(block_, words_, used_, spare_normal_, has_spare_); }

  private:
    StreamKey key_;
    std::uint64_t block_ = 0;
    std::array<std::uint64_t, 4> words_{};
    unsigned used_ = 4;
    double spare_normal_ = 0.0;
    bool has_spare_ = false;
};

}  // namespace hidyn::random
