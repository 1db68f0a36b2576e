#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/observable.hpp"
#include "core/table.hpp"
#include "core/time_grid.hpp"

namespace hidyn::experiment {

/// What a paper predicts about an observable, as a number that routes can be checked against. The measured
/// quantity starts from the observable (one component) at a time or averaged over a window, minus the same of
/// `minus_route` if one is named:
///   value     that number itself, minus the same of `minus_variant` if one is named
///   ratio     it, divided by the same of `over_variant`, `over_route` or both
///   slope     its least-squares slope against the key `against`, over the variants
///   exponent  the same slope of logarithms (of the absolute value, if it is a difference of routes)
///   order     the variants in `variants` have it in increasing order (measured: the smallest gap; predicted:
///   > 0, by more than the tolerance and three errors; where one run does not know its error, by more than a
///   tolerance that is given)
/// Others look at all times, the last at all components as well:
///   peak      the time at which the observable (one component) is largest
///   fall      the exponent with which single runs approach the theory `minus_route` as d grows
struct Claim {
    std::string name;
    std::string source;  ///< where the paper says so
    std::string quantity;
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
    /// The variants it is about, in the order in which they count; `all` are those of the experiment.
    [[nodiscard]] std::vector<std::string> variants_among(const std::vector<std::string>& all) const;
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

[[nodiscard]] std::vector<Key> claim_keys();
/// Reads a checked section; complaints if its parts do not fit together.
[[nodiscard]] Claim read_claim(const Table& table, Complaints& complaints);

}  // namespace hidyn::experiment
