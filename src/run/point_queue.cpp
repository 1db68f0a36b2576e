// SPDX-License-Identifier: MIT
#include "run/point_queue.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/error.hpp"

namespace hidyn::run {

std::string Shard::suffix() const {
    return parts == 1 ? "" : fmt::format("-{}-of-{}", part, parts);
}

std::vector<std::size_t> Shard::points(std::size_t all) const {
    std::vector<std::size_t> mine;
    for (std::size_t point = part - 1; point < all; point += parts) mine.push_back(point);
    return mine;
}

Shard read_shard(const std::string& text) {
    if (text.empty()) return {};
    Shard shard{0, 0};
    const char* end = text.data() + text.size();
    const auto [slash, first] = std::from_chars(text.data(), end, shard.part);
    if (first == std::errc() && slash != end && *slash == '/') {
        const auto [last, second] = std::from_chars(slash + 1, end, shard.parts);
        if (second == std::errc() && last == end && shard.part >= 1 && shard.part <= shard.parts)
            return shard;
    }
    throw InputError(fmt::format("--shard {}: must be I/N with 1 <= I <= N, such as 2/8", text));
}

}  // namespace hidyn::run
