// SPDX-License-Identifier: MIT
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

/// A part of a larger task: its own fractions add up to `share` of the whole.
class PartialProgress final : public Progress {
  public:
    PartialProgress(Progress& whole, double share) : whole_(whole), share_(share) {}
    void advance(double fraction) override { whole_.advance(share_ * fraction); }
    [[nodiscard]] bool stop_requested() const override { return whole_.stop_requested(); }

  private:
    Progress& whole_;
    double share_;
};

}  // namespace hidyn
