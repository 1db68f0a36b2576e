// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace hidyn {

/// FNV-1a (Fowler, Noll, Vo): tells names and contents apart; no protection against intent. Goes on from the
/// hash of what stood before, if there was anything.
[[nodiscard]] inline std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 0xcbf29ce484222325U) {
    for (const char letter : bytes) {
        hash ^= static_cast<unsigned char>(letter);
        hash *= 0x100000001b3U;
    }
    return hash;
}

}  // namespace hidyn
