// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace hidyn {

/// Keeps what a run has finished and where it stands, so that a later start goes on to the same bytes. All
/// members may be called from any thread.
class Checkpoint {
  public:
    virtual ~Checkpoint() = default;
    /// What was kept under that name.
    [[nodiscard]] virtual std::optional<std::string> find(const std::string& name) = 0;
    /// A finished part: stays.
    virtual void keep(const std::string& name, const std::string& bytes) = 0;
    /// Where an unfinished part stands: replaces what was kept of it.
    virtual void replace(const std::string& name, const std::string& bytes) = 0;
    /// Seconds between two states of a part that goes on and on.
    [[nodiscard]] virtual double interval() const = 0;
};

}  // namespace hidyn
