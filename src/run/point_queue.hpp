// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hidyn::run {

/// Every N-th point of a batch, from the I-th on.
struct Shard {
    std::size_t part = 1;
    std::size_t parts = 1;
    /// What the shard's own index is called after: "-2-of-8"; "" of the whole.
    [[nodiscard]] std::string suffix() const;
    /// Those of so many points that are this shard's.
    [[nodiscard]] std::vector<std::size_t> points(std::size_t all) const;
};
/// From "2/8"; "" is the whole. Throws InputError.
[[nodiscard]] Shard read_shard(const std::string& text);

/// Points in a fixed order, each handed out once.
class PointQueue {
  public:
    explicit PointQueue(std::vector<std::size_t> points) : points_(std::move(points)) {}
    /// None where there are none left.
    [[nodiscard]] std::optional<std::size_t> next() {
        const std::scoped_lock lock(mutex_);
        if (taken_ == points_.size()) return {};
        return points_[taken_++];
    }
    /// Hands out no more.
    void close() {
        const std::scoped_lock lock(mutex_);
        taken_ = points_.size();
    }

  private:
    std::mutex mutex_;
    std::vector<std::size_t> points_;
    std::size_t taken_ = 0;
};

}  // namespace hidyn::run
