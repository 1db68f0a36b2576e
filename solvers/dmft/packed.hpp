// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace hidyn::dmft {

/// Place of an entry of a lower triangle stored row by row.
[[nodiscard]] inline std::size_t packed(std::size_t row, std::size_t column) {
    return row * (row + 1) / 2 + column;
}

}  // namespace hidyn::dmft
