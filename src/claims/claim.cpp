// SPDX-License-Identifier: MIT
#include "claims/claim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hidyn::claims {
namespace {

// The axis that `s` speaks of.
std::optional<std::size_t> second_time(const Observable& what) {
    for (std::size_t axis = 0; axis < what.dimensions.size(); ++axis)
        if (what.dimensions[axis].is_time()) return axis;
    return {};
}

bool is_at(double time, double wanted) {
    return std::abs(time - wanted) <= 1e-9 * std::max(1.0, std::abs(time));
}

std::optional<std::size_t> entry_at(const Dimension& dimension, double wanted) {
    for (std::size_t entry = 0; entry < dimension.size; ++entry)
        if (is_at(dimension.coordinate(entry), wanted)) return entry;
    return {};
}

// The axes that row, column and component speak of: all, but for that of `s`.
std::vector<Dimension> counted_axes(const Claim& claim, const Observable& what) {
    std::vector<Dimension> axes = what.dimensions;
    const std::optional<std::size_t> time = second_time(what);
    if (claim.s && time) axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(*time));
    return axes;
}

std::string how_to_address(const std::vector<Dimension>& axes) {
    if (axes.empty()) return "is a number: row and column have no meaning";
    if (axes.size() == 1) return "is a vector: give row, and no column";
    if (axes.size() == 2) return "is a matrix: give row and column";
    return fmt::format("has {} axes: give component = [...] with a number for each", axes.size());
}

}  // namespace

double Claim::allowed_deviation() const {
    return tolerance + relative_tolerance * std::abs(predicted);
}

std::string Claim::component_defect(const Observable& what) const {
    if (const std::optional<std::size_t> axis = second_time(what); s && !axis)
        return "has no second time: s has no meaning";
    else if (s && !entry_at(what.dimensions[*axis], *s))
        return fmt::format("s = {} is not one of its {} times", *s, what.dimensions[*axis].size);
    const std::vector<Dimension> axes = counted_axes(*this, what);
    // A single student need not be named.
    if (component.empty() && std::ranges::all_of(axes, [](const Dimension& axis) { return axis.size == 1; }))
        return "";
    if (component.size() != axes.size()) {
        const bool wants_time = !s && second_time(what);
        return how_to_address(axes) + (wants_time ? ", or give its second time as s" : "");
    }
    for (std::size_t axis = 0; axis < component.size(); ++axis)
        if (component[axis] > static_cast<std::int64_t>(axes[axis].size)) {
            const std::string key = given.given("component") ? fmt::format("component {}", axis + 1)
                                    : axis == 0              ? "row"
                                                             : "column";
            return fmt::format("{} = {} is out of range: it has {} {}s", key, component[axis],
                               axes[axis].size, axes[axis].name.substr(0, axes[axis].name.find("_2")));
        }
    return "";
}

std::size_t Claim::flat_component(const Observable& what) const {
    const std::optional<std::size_t> time = s ? second_time(what) : std::nullopt;
    std::size_t flat = 0;
    std::size_t counted = 0;
    for (std::size_t axis = 0; axis < what.dimensions.size(); ++axis) {
        const Dimension& dimension = what.dimensions[axis];
        std::size_t entry = 0;
        if (axis == time)
            entry = entry_at(dimension, *s).value_or(0);
        else if (counted < component.size())
            entry = static_cast<std::size_t>(component[counted++]) - 1;
        flat = flat * dimension.size + entry;
    }
    return flat;
}

std::vector<std::size_t> Claim::times(const TimeGrid& grid) const {
    std::vector<std::size_t> chosen;
    for (std::size_t index = 0; index < grid.size(); ++index) {
        const double time = grid.times[index];
        if (!window.empty() ? window[0] <= time && time <= window[1]
            : at            ? is_at(time, *at)
                            : index + 1 == grid.size())
            chosen.push_back(index);
    }
    return chosen;
}

}  // namespace hidyn::claims
