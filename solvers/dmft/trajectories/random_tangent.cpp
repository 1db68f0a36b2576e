// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/random_tangent.hpp"

#include <algorithm>
#include <cmath>

#include "random/stream.hpp"

namespace hidyn::dmft {

using Eigen::Index;

namespace {}

RandomTangent::RandomTangent(const Process& process, std::size_t steps, const Draw& draw, std::size_t tiles)
    : learning_rate_(process.learning_rate),
      K(process.students),
      draw_(draw),
      tiles_(tiles),
      history_((steps + 1) * K * tile_width),
      rows_(2 * history_ * tiles),
      tangent_(K * tile_width),
      mean_tangent_(K * tile_width),
      weighted_(K * tile_width) {}

void RandomTangent::add(const TileNow& now, const RowMajor& response, const MeanTangent& mean,
                        MemorySums& sums) {
    const std::size_t m = now.time;
    float* const signs = rows_.data() + 2 * history_ * now.index;
    float* const driven = signs + history_;
    // What a pass fetches for the next tile. (Behind the last tile lies nothing, but asking does no harm.)
    const std::size_t to_next_signs = 2 * history_;
    const std::size_t to_next_driven = 3 * history_;
    std::ranges::fill(tangent_, 0.0);
    std::ranges::fill(mean_tangent_, 0.0);
    const auto row = static_cast<Index>(m * K);
    for (std::size_t k = 0; k < K && m > 0; ++k)
        for (std::size_t l = 0; l < K; ++l) {
            const Index to = row + static_cast<Index>(k);
            const auto from = static_cast<Index>(l);
            add_history(past(driven, l, K, m), &response(to, from), K, tangent_.data() + k * tile_width);
            add_history(past(signs, l, K, m, k == 0 ? to_next_driven : 0), &mean.response()(to, from), K,
                        mean_tangent_.data() + k * tile_width);
        }
    now.bend(tangent_.data(), weighted_.data());
    std::array<double, tile_width> size{};
    for (std::size_t k = 0; k < K; ++k) {
        double* out = weighted_.data() + k * tile_width;
        for (std::size_t i = 0; i < tile_width; ++i) size[i] += std::abs(out[i]);
        for (std::size_t l = 0; l < K; ++l)
            add_multiple(-mean.hessian()(static_cast<Index>(k), static_cast<Index>(l)),
                         mean_tangent_.data() + l * tile_width, out);
        for (std::size_t l = 0; l < K; ++l)
            add_products(past(signs, l, K, m, k == 0 ? to_next_signs : 0), out,
                         sums.blocks.data() + k * K + l, K * K);
    }
    sums.note(size);
    draw_signs(now, signs + m * K * tile_width);
    now.bend(tangent_.data(), weighted_.data());
    for (std::size_t k = 0; k < K; ++k) {
        float* b = driven + (m * K + k) * tile_width;
        for (std::size_t i = 0; i < tile_width; ++i)
            b[i] = static_cast<float>(-learning_rate_ * now.driver[i] * weighted_[k * tile_width + i]);
    }
}

/// New signs v, which are added to the tangent: v + q drives what follows.
void RandomTangent::draw_signs(const TileNow& now, float* signs) {
    random::Stream stream({.seed = draw_.seed,
                           .route = draw_.route,
                           .replica = draw_.repeat,
                           .purpose = random::Purpose::frame,
                           .lane = static_cast<std::uint32_t>(now.time * tiles_ + now.index)});
    for (std::size_t k = 0; k < K; ++k) {
        const std::uint64_t bits = stream.bits();
        for (std::size_t i = 0; i < tile_width; ++i) {
            signs[k * tile_width + i] = (bits >> i & 1U) != 0U ? 1.0F : -1.0F;
            tangent_[k * tile_width + i] += static_cast<double>(signs[k * tile_width + i]);
        }
    }
}

}  // namespace hidyn::dmft
