// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

/// How many there are of something whose number is given as a real ratio: one conversion for all, in which
/// nothing overflows without a word.
namespace hidyn {

/// Beyond it a double skips integers, and no machine holds as many of anything.
inline constexpr double largest_count = 0x1p53;

/// ratio * size to the next integer, at least 1 and at most largest_count. What lies outside is refused
/// before it is asked for: see count_mistake.
[[nodiscard]] inline std::uint64_t counted(double ratio, std::uint64_t size) {
    const double amount = std::round(ratio * static_cast<double>(size));
    return static_cast<std::uint64_t>(std::clamp(amount, 1.0, largest_count));
}

/// Why `key` = ratio gives no number of `things` at d = size, as a sentence goes on after a key's name; or
/// "".
[[nodiscard]] inline std::string count_mistake(const std::string& key, double ratio,
                                               const std::string& things, std::uint64_t size) {
    const double amount = ratio * static_cast<double>(size);
    if (!(amount >= 0.5))
        return fmt::format("a {} of {:.6g} leaves no {} at d = {}", key, ratio, things, size);
    if (amount > largest_count)
        return fmt::format("a {} of {:.6g} makes {:.3g} {}s at d = {}, more than can be counted (2^53)", key,
                           ratio, amount, things, size);
    return "";
}

}  // namespace hidyn
