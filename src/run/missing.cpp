#include "run/missing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hidyn::run {
namespace {

using results::RouteResult;

bool any_infinite(std::span<const double> values) {
    return std::ranges::any_of(values, [](double value) { return std::isinf(value); });
}

void cut_off(Trajectory& trajectory, std::size_t replica, std::size_t from_time) {
    for (Series& series : trajectory.series)
        for (std::size_t time = from_time; time < series.times; ++time)
            std::ranges::fill(series.at(replica, time), std::numeric_limits<double>::quiet_NaN());
}

void find_infinities(RouteResult& result, const TimeGrid& grid) {
    const std::size_t replicas = std::max<std::size_t>(result.info.replicas, 1);
    for (std::size_t replica = 0; replica < replicas; ++replica)
        for (std::size_t time = 0; time < grid.size(); ++time) {
            const auto infinite = std::ranges::find_if(result.trajectory.series, [&](const Series& series) {
                return any_infinite(series.at(replica, time));
            });
            if (infinite == result.trajectory.series.end()) continue;
            Outcome& outcome = result.outcome;
            outcome.status = Status::diverged;
            ++outcome.diverged_replicas;
            if (!(outcome.diverged_at <= grid.times[time])) {
                outcome.diverged_at = grid.times[time];
                outcome.detail = infinite->observable.name + " is beyond all numbers";
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

void name_undefined(RouteResult& result, const TimeGrid& grid) {
    std::string names;
    for (const Series& series : result.trajectory.series) {
        if (of_two_times(series.observable)) continue;
        const std::size_t first = first_undefined(series);
        if (first < grid.size())
            names += fmt::format("{}{} (first at t = {:.4g})", names.empty() ? "" : ", ",
                                 series.observable.name, grid.times[first]);
    }
    if (names.empty()) return;
    auto& warning = result.outcome.attributes["warning"];
    const std::string* said = std::get_if<std::string>(&warning);
    warning = fmt::format("{}undefined at some times: {}", said != nullptr ? *said + "; " : "", names);
}

}  // namespace

void account_for_missing(RouteResult& result, const TimeGrid& grid) {
    find_infinities(result, grid);
    if (result.outcome.status == Status::complete) name_undefined(result, grid);
}

}  // namespace hidyn::run
