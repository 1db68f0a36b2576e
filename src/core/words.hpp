// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

namespace hidyn {

/// The items of a list as words, with a separator between them. (fmt::join of the newer fmt needs its header
/// for ranges, which takes three seconds to parse.)
template <class List>
[[nodiscard]] std::string joined(const List& list, std::string_view separator) {
    std::string words;
    bool first = true;
    for (const auto& item : list) {
        if (!first) words += separator;
        first = false;
        fmt::format_to(std::back_inserter(words), "{}", item);
    }
    return words;
}

}  // namespace hidyn
