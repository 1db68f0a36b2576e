// SPDX-License-Identifier: MIT
#include "cli/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/interrupt.hpp"

namespace hidyn::cli {
namespace {

constexpr int width = 28;

std::string clock_text(double seconds) {
    const auto whole = static_cast<long long>(std::min(seconds, 3.6e8));
    return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                         : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

ProgressBar::ProgressBar(const RouteInfo& route, double steps, bool visible)
    : name_(route.name),
      steps_(steps),
      visible_(visible && isatty(STDERR_FILENO) == 1),
      begin_(std::chrono::steady_clock::now()),
      drawn_(begin_) {}

ProgressBar::~ProgressBar() {
    if (drawn_once_) fmt::print(stderr, "\r\033[K");
}

void ProgressBar::advance(double fraction) {
    if (!visible_) return;
    const std::scoped_lock lock(mutex_);
    done_ = std::min(1.0, done_ + fraction);
    const auto now = std::chrono::steady_clock::now();
    if (now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    draw(done_);
}

bool ProgressBar::stop_requested() const {
    return interrupt_requested();
}

void ProgressBar::draw(double done) {
    const double elapsed = std::chrono::duration<double>(drawn_ - begin_).count();
    const int filled = static_cast<int>(done * width);
    const std::string rate = steps_ > 0.0 ? fmt::format("  {:.2e} steps/s", done * steps_ / elapsed) : "";
    const std::string left = done > 0.0 ? clock_text(elapsed * (1.0 - done) / done) : "?";
    fmt::print(stderr, "\r\033[K{}  [{:=<{}}{: <{}}] {:3.0f} %{}  {} left", name_, "", filled, "",
               width - filled, 100.0 * done, rate, left);
    std::fflush(stderr);
    drawn_once_ = true;
}

}  // namespace hidyn::cli
