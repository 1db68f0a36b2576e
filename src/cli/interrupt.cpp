// SPDX-License-Identifier: MIT
#include "cli/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace hidyn::cli {
namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void hidyn_on_signal(int signal) {
    requested.store(true);
    std::signal(signal, SIG_DFL);
}

}  // namespace

void watch_for_interrupts() {
    std::signal(SIGINT, hidyn_on_signal);
    std::signal(SIGTERM, hidyn_on_signal);
    // Beyond a limit on file sizes a write then fails, as on a full disk, and what is written goes away.
    std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupt_requested() {
    return requested.load(std::memory_order_relaxed);
}

}  // namespace hidyn::cli
