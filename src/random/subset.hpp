// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "random/stream.hpp"

namespace hidyn::random {

/// Subsets of 0..n-1 without replacement, each independent of those before.
class Subsets {
  public:
    Subsets(std::size_t n, const StreamKey& key) : stream_(key), order_(n) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    /// The first `count` places of Fisher and Yates' shuffle; valid until the next draw.
    [[nodiscard]] std::span<const std::size_t> draw(std::size_t count) {
        for (std::size_t place = 0; place < count; ++place) {
            const std::uint64_t left = order_.size() - place;
            const std::size_t chosen =
                place + static_cast<std::size_t>(((stream_.bits() >> 32) * left) >> 32);
            std::swap(order_[place], order_[chosen]);
        }
        return {order_.data(), count};
    }

    void archive(Archive& archive) { archive(stream_, order_); }

  private:
    Stream stream_;
    std::vector<std::size_t> order_;
};

}  // namespace hidyn::random
