// SPDX-License-Identifier: MIT
#include "run/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace hidyn::run {
namespace {

using results::Results;
using results::RouteResult;

constexpr std::size_t most_components = 64;

Headline headline(const RouteInfo& info, const Outcome& outcome, bool one_of_several_sizes,
                  const Series& series) {
    Headline made{.route = info.name,
                  .label = info.variant.empty() ? info.label : info.variant + "." + info.label,
                  .one_of_several_sizes = one_of_several_sizes,
                  .kind = info.kind,
                  .theory = info.theory,
                  .d = info.d,
                  .remaining = 1.0 - static_cast<double>(outcome.diverged_replicas) /
                                         static_cast<double>(std::max<std::size_t>(info.replicas, 1)),
                  .observable = series.observable,
                  .values = {},
                  .errors = {}};
    const std::size_t last = series.times - 1;
    const auto replicas = static_cast<double>(std::max<std::size_t>(series.replicas, 1));
    for (std::size_t component = 0; component < series.components(); ++component) {
        double sum = 0.0;
        double count = 0.0;
        for (std::size_t replica = 0; replica < std::max<std::size_t>(series.replicas, 1); ++replica)
            if (const double value = series.at(replica, last)[component]; std::isfinite(value)) {
                sum += value;
                count += 1.0;
            }
        // Where most replicas diverged those that are left are a selection.
        const bool selected = outcome.diverged_replicas > 0 && 2.0 * count < replicas;
        const double mean = count > 0.0 && !selected ? sum / count : std::nan("");
        double squares = 0.0;
        for (std::size_t replica = 0; replica < series.replicas; ++replica)
            if (const double value = series.at(replica, last)[component]; std::isfinite(value))
                squares += (value - mean) * (value - mean);
        double error = series.error.empty() ? 0.0 : series.error[last * series.components() + component];
        if (series.replicas > 0)
            error = count > 1.0 && !selected ? std::sqrt(squares / (count - 1.0) / count) : std::nan("");
        made.values.push_back(mean);
        made.errors.push_back(error);
    }
    return made;
}

// Two-time functions and long lists have no place in a table.
bool fits(const Series& series) {
    return series.times > 0 && series.components() <= most_components &&
           std::ranges::none_of(series.observable.dimensions, &Dimension::is_time);
}

bool has_several_sizes(const RouteInfo& info, const Results& results) {
    std::set<std::uint64_t> sizes;
    for (const RouteResult& route : results.routes)
        if (route.info.variant == info.variant && route.info.label == info.label) sizes.insert(route.info.d);
    return sizes.size() > 1;
}

}  // namespace

const char* state_name(PointState state) {
    switch (state) {
        case PointState::missing:
            return "missing";
        case PointState::failed:
            return "failed";
        case PointState::complete:
            return status_name(Status::complete);
        case PointState::diverged:
            return status_name(Status::diverged);
        case PointState::not_converged:
            return status_name(Status::not_converged);
    }
    return "";
}

PointSummary summarize(const Results& results, const Findings& findings) {
    PointSummary made;
    made.state = PointState::complete;
    made.findings = findings;
    made.wall_seconds = 0.0;
    for (const RouteResult& route : results.routes) {
        made.wall_seconds += route.wall_seconds;
        if (route.outcome.status == Status::diverged) made.state = PointState::diverged;
        if (route.outcome.status == Status::not_converged && made.state == PointState::complete)
            made.state = PointState::not_converged;
        for (const Series& series : route.trajectory.series)
            if (fits(series))
                made.headlines.push_back(
                    headline(route.info, route.outcome, has_several_sizes(route.info, results), series));
    }
    const bool failed = std::ranges::any_of(
        results.routes, [](const RouteResult& route) { return route.outcome.failed(route.info.replicas); });
    if (failed) made.state = PointState::failed;
    for (const RouteResult& route : results.routes)
        if (route.outcome.failed(route.info.replicas) && made.detail.empty())
            made.detail = fmt::format("{}: {}", route.info.name, route.outcome.detail);
    return made;
}

}  // namespace hidyn::run
