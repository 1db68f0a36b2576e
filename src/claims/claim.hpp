// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/observable.hpp"
#include "core/table.hpp"
#include "core/time_grid.hpp"

namespace hidyn::claims {

class Quantity;

/// What a paper predicts about an observable, as a number that routes can be checked against. What is
/// measured starts from the observable (one component) at a time or averaged over a window, minus the same of
/// `minus_route` if one is named; what becomes of it is the quantity's matter.
struct Claim {
    std::string name;
    std::string source;  ///< where the paper says so
    const Quantity* quantity = nullptr;
    std::string observable;               ///< "" (fall): all of them together
    std::vector<std::int64_t> component;  ///< counted from 1; empty for a scalar
    std::optional<double> s;              ///< the second time of a two-time observable
    std::string route;                    ///< a route's label; "": every route
    std::string minus_route;
    std::string over_route;
    std::string variant;
    std::string minus_variant;
    std::string over_variant;
    std::vector<std::string> variants;  ///< for slope, exponent, order; empty: all
    std::string against;
    std::optional<double> at;    ///< absent: the end
    std::vector<double> window;  ///< two times, or empty
    double predicted = 0.0;
    double tolerance = 0.0;           ///< absolute
    double relative_tolerance = 0.0;  ///< of the predicted value
    Table given;                      ///< the section itself, for complaints

    [[nodiscard]] double allowed_deviation() const;
    /// Routes it compares with; they are not themselves checked.
    [[nodiscard]] bool is_reference(const std::string& label) const {
        return !label.empty() && (label == minus_route || label == over_route);
    }
    /// What is wrong with row, column, component and s for this observable; "" if nothing.
    [[nodiscard]] std::string component_defect(const Observable& what) const;
    /// Flat index of the component; only without a defect.
    [[nodiscard]] std::size_t flat_component(const Observable& what) const;
    /// Indices of the grid times it looks at; empty if the grid has none of them.
    [[nodiscard]] std::vector<std::size_t> times(const TimeGrid& grid) const;
};

}  // namespace hidyn::claims
