// SPDX-License-Identifier: MIT
#pragma once

namespace hidyn::cli {

/// From now on Ctrl-C (SIGINT) and SIGTERM ask the running route to stop; a second one ends the program at
/// once.
void watch_for_interrupts();
[[nodiscard]] bool interrupt_requested();

}  // namespace hidyn::cli
