// SPDX-License-Identifier: MIT
#include "run/missing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hidyn::run {
namespace {

using results::RouteResult;

/// Above this a square, and with it every standard error, is no number any more.
constexpr double largest_number = 1e150;

bool any_too_large(std::span<const double> values) {
    return std::ranges::any_of(values, [](double value) { return std::abs(value) > largest_number; });
}

void cut_off(Trajectory& trajectory, std::size_t replica, std::size_t from_time) {
    for (Series& series : trajectory.series)
        for (std::size_t time = from_time; time < series.times; ++time)
            std::ranges::fill(series.at(replica, time), std::numeric_limits<double>::quiet_NaN());
}

void find_overflows(RouteResult& result, const TimeGrid& grid) {
    const std::size_t replicas = std::max<std::size_t>(result.info.replicas, 1);
    for (std::size_t replica = 0; replica < replicas; ++replica)
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const auto too_large = std::ranges::find_if(result.trajectory.series, [&](const Series& series) {
                return any_too_large(series.at(replica, time));
            });
            if (too_large == result.trajectory.series.end()) continue;
            Outcome& outcome = result.outcome;
            outcome.status = Status::diverged;
            ++outcome.diverged_replicas;
            if (!(outcome.diverged_at <= grid.times[time])) {
                outcome.diverged_at = grid.times[time];
                outcome.detail = fmt::format("{} is beyond {:g}", too_large->observable.name, largest_number);
            }
            cut_off(result.trajectory, replica, time);
            break;
        }
}

/// The first time at which a component is undefined that elsewhere is not; the grid's size if there is none.
std::size_t first_undefined(const Series& series) {
    const std::size_t replicas = std::max<std::size_t>(series.replicas, 1);
    std::size_t first = series.times;
    for (std::size_t component = 0; component < series.components(); ++component) {
        bool defined = false;
        std::size_t undefined = series.times;
        for (std::size_t replica = 0; replica < replicas; ++replica)
            for (std::size_t time = 0; time < series.times; ++time) {
                if (std::isnan(series.at(replica, time)[component]))
                    undefined = std::min(undefined, time);
                else
                    defined = true;
            }
        if (defined) first = std::min(first, undefined);
    }
    return first;
}

bool of_two_times(const Observable& observable) {
    return std::ranges::any_of(observable.dimensions, &Dimension::is_time);
}

/// A theory's error or predicted variance that is no number is unknown; returns the first time of a value
/// with such a companion, the grid's size if there is none.
std::size_t first_unknown(const Series& series, std::vector<double>& companion) {
    std::size_t first = series.times;
    for (std::size_t index = 0; index < companion.size(); ++index) {
        const std::size_t time = index / series.components();
        if (std::abs(companion[index]) > largest_number)
            companion[index] = std::numeric_limits<double>::quiet_NaN();
        if (std::isnan(companion[index]) && !std::isnan(series.values[index])) first = std::min(first, time);
    }
    return first;
}

void warn(RouteResult& result, const std::string& sentence) {
    auto& warning = result.outcome.attributes["warning"];
    const std::string* said = std::get_if<std::string>(&warning);
    warning = (said != nullptr ? *said + "; " : "") + sentence;
}

void name_unknown_errors(RouteResult& result, const TimeGrid& grid) {
    std::string names;
    for (Series& series : result.trajectory.series) {
        static_cast<void>(first_unknown(series, series.variance));
        const std::size_t first = first_unknown(series, series.error);
        if (first < grid.size())
            names += fmt::format("{}{} (first at t = {:.4g})", names.empty() ? "" : ", ",
                                 series.observable.name, grid.times[first]);
    }
    if (!names.empty()) warn(result, "of unknown error, and not compared, at some times: " + names);
}

void name_undefined(RouteResult& result, const TimeGrid& grid) {
    std::string names;
    for (const Series& series : result.trajectory.series) {
        if (of_two_times(series.observable)) continue;
        const std::size_t first = first_undefined(series);
        if (first < grid.size())
            names += fmt::format("{}{} (first at t = {:.4g})", names.empty() ? "" : ", ",
                                 series.observable.name, grid.times[first]);
    }
    if (!names.empty()) warn(result, "undefined at some times: " + names);
}

/// From where on a curve that was defined has no number at all; the grid's size if there is no such time.
std::size_t end_of_all(const Trajectory& trajectory, const TimeGrid& grid) {
    std::size_t end = 0;
    for (const Series& series : trajectory.series) {
        if (of_two_times(series.observable)) return grid.size();
        for (std::size_t time = end; time < series.times; ++time)
            if (!std::ranges::all_of(series.at(0, time), [](double value) { return std::isnan(value); }))
                end = time + 1;
    }
    return end == 0 ? grid.size() : end;
}

/// A formula whose factors overflow before its value does ends in what is no number, without an infinity.
void find_silent_ends(RouteResult& result, const TimeGrid& grid) {
    if (!result.info.theory || result.info.replicas > 0 || result.outcome.status != Status::complete) return;
    const std::size_t end = end_of_all(result.trajectory, grid);
    if (end == grid.size()) return;
    result.outcome.status = Status::diverged;
    result.outcome.diverged_at = grid.times[end];
    result.outcome.detail = "nothing is defined from there on";
}

}  // namespace

void account_for_missing(RouteResult& result, const TimeGrid& grid) {
    find_overflows(result, grid);
    find_silent_ends(result, grid);
    name_unknown_errors(result, grid);
    if (result.outcome.status == Status::complete) name_undefined(result, grid);
}

}  // namespace hidyn::run
