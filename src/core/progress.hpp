#pragma once

namespace hidyn {

/// How a route tells the outside how far it is, and asks whether to stop. Both calls may come from any
/// thread.
class Progress {
  public:
    virtual ~Progress() = default;
    /// A further part of the route is done; the parts add up to 1.
    virtual void advance(double /*fraction*/) {}
    [[nodiscard]] virtual bool stop_requested() const { return false; }
};

}  // namespace hidyn
