// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

namespace hidyn {

/// Bytes of this machine's memory.
[[nodiscard]] inline double machine_memory() {
    return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

}  // namespace hidyn
