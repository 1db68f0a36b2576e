// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

#include "core/progress.hpp"
#include "core/route.hpp"

namespace hidyn::cli {

/// A line on the terminal: how much of a route is done, its rate and the time left. Silent when stderr is not
/// a terminal. Carries the user's Ctrl-C to the route.
class ProgressBar final : public Progress {
  public:
    /// `steps`: all steps of all replicas, for the rate; 0 if the route has none.
    ProgressBar(const RouteInfo& route, double steps, bool visible);
    ~ProgressBar() override;
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void advance(double fraction) override;
    [[nodiscard]] bool stop_requested() const override;

  private:
    void draw(double done);

    std::string name_;
    double steps_;
    bool visible_;
    std::chrono::steady_clock::time_point begin_, drawn_;
    std::mutex mutex_;
    double done_ = 0.0;
    bool drawn_once_ = false;
};

}  // namespace hidyn::cli
