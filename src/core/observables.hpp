// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "core/observable.hpp"

namespace hidyn {

/// How a recorder knows an observable: what adding it to a list returns. The handle of one that was not added
/// is false, and what is recorded under it goes nowhere.
class Handle {
  public:
    Handle() = default;

    [[nodiscard]] explicit operator bool() const { return place_ != nowhere; }
    /// Among the series of a recorder.
    [[nodiscard]] std::size_t place() const { return place_; }

  private:
    friend class ObservableList;
    explicit Handle(std::size_t place) : place_(place) {}

    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
    std::size_t place_ = nowhere;
};

/// Observables in the order in which they are reported. A problem derives a class with a named handle for
/// each of its observables, which adds them in its constructor: there alone stands which there are.
class ObservableList {
  public:
    ObservableList() = default;
    /// Of what a route reports beside its problem's observables: numbered behind these.
    explicit ObservableList(std::size_t first) : first_(first) {}

    Handle add(Observable what);
    Handle add(const char* name, const char* long_name, const char* symbol, std::string normalization,
               std::vector<Dimension> dimensions = {});

    [[nodiscard]] const std::vector<Observable>& all() const { return all_; }
    /// Of all of them, in their order.
    [[nodiscard]] std::vector<Handle> handles() const;
    /// Where a list that follows on this one begins.
    [[nodiscard]] std::size_t end() const { return first_ + all_.size(); }

  private:
    std::size_t first_ = 0;
    std::vector<Observable> all_;
};

}  // namespace hidyn
