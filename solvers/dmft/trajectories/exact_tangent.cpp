// SPDX-License-Identifier: MIT
#include "solvers/dmft/trajectories/exact_tangent.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::dmft {

using Eigen::Index;

namespace {}

ExactTangent::ExactTangent(const Process& process, std::size_t steps, std::size_t tiles)
    : learning_rate_(process.learning_rate),
      K(process.students),
      history_(packed(steps + 1, 0) * K * K * tile_width),
      rows_(history_ * tiles),
      response_((steps + 1) * K * K * tile_width),
      tangent_(K * tile_width),
      weighted_(K * tile_width) {}

/// D^{m,s} for every s, from the stored a^r D^{r,s}.
void ExactTangent::respond(const float* rows, std::size_t m, const RowMajor& response) {
    const auto row = static_cast<Index>(m * K);
    std::fill_n(response_.data(), (m + 1) * K * K * tile_width, 0.0);
    for (std::size_t r = 0; r < m; ++r)
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t j = 0; j < K; ++j) {
                const double factor = response(row + static_cast<Index>(k), static_cast<Index>(r * K + j));
                for (std::size_t s = 0; s <= r; ++s) {
                    const float* stored = rows + (packed(r, s) * K + j) * K * tile_width;
                    double* into = response_.data() + (s * K + k) * K * tile_width;
#pragma omp simd
                    for (std::size_t i = 0; i < K * tile_width; ++i)
                        into[i] += factor * static_cast<double>(stored[i]);
                }
            }
    for (std::size_t k = 0; k < K; ++k)
        std::fill_n(response_.data() + ((m * K + k) * K + k) * tile_width, tile_width, 1.0);
}

void ExactTangent::add(const TileNow& now, const RowMajor& response, MemorySums& sums) {
    const std::size_t m = now.time;
    float* const rows = rows_.data() + history_ * now.index;
    respond(rows, m, response);
    std::array<double, tile_width> size{};
    for (std::size_t s = 0; s <= m; ++s)
        for (std::size_t l = 0; l < K; ++l) {
            for (std::size_t j = 0; j < K; ++j)
                std::copy_n(response_.data() + ((s * K + j) * K + l) * tile_width, tile_width,
                            tangent_.data() + j * tile_width);
            now.bend(tangent_.data(), weighted_.data());
            for (std::size_t k = 0; k < K; ++k) {
                const double* out = weighted_.data() + k * tile_width;
                if (s < m) {
                    double sum = 0.0;
                    for (std::size_t i = 0; i < tile_width; ++i) {
                        sum += out[i];
                        size[i] += std::abs(out[i]);
                    }
                    sums.blocks[(s * K + k) * K + l] += sum;
                }
                float* stored = rows + ((packed(m, s) * K + k) * K + l) * tile_width;
                for (std::size_t i = 0; i < tile_width; ++i)
                    stored[i] = static_cast<float>(-learning_rate_ * now.driver[i] * out[i]);
            }
        }
    sums.note(size);
}

}  // namespace hidyn::dmft
