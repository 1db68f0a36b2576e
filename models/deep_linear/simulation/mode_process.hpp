// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/deep_linear/deep_linear.hpp"
#include "random/chi.hpp"

namespace hidyn::deep_linear {

/// Mini-batch SGD of aligned and balanced modes, each a number by itself, exactly in law for any batch size:
///   g = (e S - sqrt(Delta S) z) / B,  a <- a - eta a^{L-1} g,  e = a^L - m,
/// S chi-squared of B degrees of freedom (sum over the batch of the input along the mode, squared), z
/// standard normal. Eight runs side by side.
class ModeProcess {
  public:
    static constexpr std::size_t lanes = random::lane_count;

    ModeProcess(const DeepLinear& problem, const std::array<random::StreamKey, lanes>& keys);

    void advance(std::uint64_t steps);
    [[nodiscard]] double strength(std::size_t mode, std::size_t lane) const;
    /// Steps after which the mode had first reached its share of m; infinity before that.
    [[nodiscard]] double steps_to_learn(std::size_t mode, std::size_t lane) const {
        return learned_[mode][lane];
    }
    [[nodiscard]] bool finite(std::size_t lane) const;

    void archive(Archive& archive) { archive(source_, chi_, a_, learned_, step_); }

  private:
    using Row = std::array<double, lanes>;
    template <std::size_t depth>
    void advance_modes(std::uint64_t steps);
    void note_learned(std::size_t mode);

    random::RowSource source_;  // first: it lies on cache lines
    random::ChiLanes chi_;
    const DeepLinear& problem_;
    std::vector<Row> a_, learned_;
    double step_ = 0.0;
};

}  // namespace hidyn::deep_linear
