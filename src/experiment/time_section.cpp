// SPDX-License-Identifier: MIT
#include "experiment/time_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/keys.hpp"
#include "experiment/experiment.hpp"
#include "experiment/section.hpp"

namespace hidyn::experiment {
namespace {

// Extreme numbers can make neighbouring times equal, or none at all, in double precision.
bool increases(const TimeGrid& grid) {
    return std::ranges::all_of(grid.times, [](double time) { return std::isfinite(time); }) &&
           std::ranges::adjacent_find(grid.times, std::greater_equal{}) == grid.times.end();
}

TimeGrid read_grid(const Table& table, Complaints& complaints) {
    const std::size_t before = complaints.sentences().size();
    TimeGrid grid;
    if (table.given("at")) {
        for (const char* key : {"end", "points", "spacing", "first"})
            if (table.given(key)) complaints.add(table.complain(key, "give either at, or end and points"));
        grid.times = table.reals("at");
        if (grid.times.empty())
            complaints.add(table.complain("at", "give at least one time"));
        else if (!increases(grid))
            complaints.add(table.complain("at", "the times must increase from one to the next"));
        return complaints.sentences().size() == before ? grid : TimeGrid();
    }
    for (const char* key : {"end", "points"})
        if (!table.given(key))
            complaints.add(fmt::format("{}: {} is missing (or give the times themselves: at = [0, 2, 10])",
                                       table.place(), key));
    if (complaints.sentences().size() != before) return grid;
    const double end = table.real("end");
    const auto points = static_cast<std::size_t>(table.integer("points"));
    if (table.text("spacing") == "linear") {
        if (table.given("first")) complaints.add(table.complain("first", "belongs to spacing = \"log\""));
        grid = TimeGrid::linear(end, points);
    } else {
        const double first = table.given("first") ? table.real("first") : end * 1e-3;
        if (points < 3) complaints.add(table.complain("points", "a log grid needs at least 3 points"));
        if (first >= end)
            complaints.add(table.complain("first", fmt::format("must be smaller than end = {}", end)));
        if (complaints.sentences().size() == before) grid = TimeGrid::logarithmic(first, end, points);
    }
    if (complaints.sentences().size() != before) return {};
    if (increases(grid)) return grid;
    complaints.add(table.complain(
        "end", "too large or too small: double precision cannot tell the times of this grid apart"));
    return {};
}

}  // namespace

Recording read_time(const Node& section, Table& table, Complaints& complaints) {
    const std::size_t before = complaints.sentences().size();
    table = read_section(section, "time", time_keys(), {}, complaints);
    if (complaints.sentences().size() != before) return {};
    Recording recording{.grid = read_grid(table, complaints), .two_time = table.boolean("two_time")};
    if (table.given("response_at")) recording.response_at = table.reals("response_at");
    if (complaints.sentences().size() != before) return {};
    for (std::size_t index = 0; index < recording.response_at.size(); ++index) {
        if (index > 0 && recording.response_at[index] <= recording.response_at[index - 1])
            complaints.add(table.complain("response_at", "the times must increase from one to the next"));
        if (recording.response_at[index] >= recording.grid.end())
            complaints.add(table.complain(
                "response_at",
                fmt::format("the times must lie before the end, t = {}", recording.grid.end())));
    }
    return complaints.sentences().size() == before ? recording : Recording();
}

std::vector<Key> time_keys() {
    return {
        keys::real("end", "the last time, in the problem's unit").written("t_{end}").above(0),
        keys::integer("points", "number of recorded times, both ends included").at_least(2).at_most(1e6),
        keys::choice("spacing", "even in t, or 0 and then even in log t", {"linear", "log"}),
        keys::real("first", "the first time after 0 of a log grid; absent: end / 1000").above(0),
        keys::real_list("at", "the recorded times themselves, increasing; instead of end, points and spacing")
            .at_least(0),
        keys::boolean("two_time",
                      "also record C(t, s) at all pairs of times, and the kernels of a theory that has them "
                      "(algorithms on a data set)",
                      false),
        keys::real_list("response_at",
                        "also record the linear response of the weights to a small field at each of these "
                        "times (algorithms on a data set)")
            .written("s")
            .at_least(0)};
}

}  // namespace hidyn::experiment
