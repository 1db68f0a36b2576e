// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/archive.hpp"
#include "random/stream.hpp"

namespace hidyn::random {

/// Number of generators that run side by side, one per SIMD lane.
inline constexpr std::size_t lane_count = 8;

/// Eight xoshiro256++ generators (Blackman & Vigna 2018), each started from its own Philox stream, and
/// standard normals from them by Box-Muller. A row is eight numbers, one per lane. Normals come in pairs of
/// rows.
///
/// The lanes either belong to one stream (a long vector for one replica) or are eight streams of eight
/// replicas; lane l's numbers depend only on its own key.
class GaussianLanes {
  public:
    /// The lanes of one stream; key.lane is theirs to number, so it does not tell streams apart.
    explicit GaussianLanes(const StreamKey& key);
    explicit GaussianLanes(std::span<const StreamKey, lane_count> keys);

    /// Standard normals; the length must be a multiple of 16. The largest magnitude possible is 8.49.
    void normals(std::span<double> rows);
    /// Uniforms in (0, 1]; the length must be a multiple of 8.
    void uniforms(std::span<double> rows);

    void archive(Archive& archive) { archive(state_); }

  private:
    void seed_lane(std::size_t lane, const StreamKey& key);

    alignas(64) std::array<std::array<std::uint64_t, lane_count>, 4> state_{};
};

/// Hands out rows of normals and uniforms one at a time from blocks generated in bulk.
class RowSource {
  public:
    explicit RowSource(std::span<const StreamKey, lane_count> keys) : lanes_(keys) {}

    [[nodiscard]] const double* normal_row() {
        if (normal_ == normals_.size()) refill_normals();
        const double* row = normals_.data() + normal_;
        normal_ += lane_count;
        return row;
    }
    [[nodiscard]] const double* uniform_row() {
        if (uniform_ == uniforms_.size()) refill_uniforms();
        const double* row = uniforms_.data() + uniform_;
        uniform_ += lane_count;
        return row;
    }

    void archive(Archive& archive) { archive(lanes_, normals_, uniforms_, normal_, uniform_); }

  private:
    void refill_normals();
    void refill_uniforms();

    GaussianLanes lanes_;
    alignas(64) std::array<double, 128 * lane_count> normals_{};
    alignas(64) std::array<double, 32 * lane_count> uniforms_{};
    std::size_t normal_ = normals_.size();
    std::size_t uniform_ = uniforms_.size();
};

}  // namespace hidyn::random
