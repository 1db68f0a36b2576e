// SPDX-License-Identifier: MIT
#include "run/missing.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace missing_tests {

using namespace hidyn;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
const TimeGrid grid{{0.0, 1.0, 2.0}, "steps"};

results::RouteResult route_with(const std::vector<std::vector<double>>& values, std::size_t replicas) {
    results::RouteResult result;
    result.info.replicas = replicas;
    for (std::size_t index = 0; index < values.size(); ++index) {
        Series series({.name = index == 0 ? "a" : "b", .long_name = "", .symbol = "", .normalization = ""},
                      replicas, grid.size());
        series.values = values[index];
        result.trajectory.series.push_back(std::move(series));
    }
    return result;
}

std::string warning_of(const results::RouteResult& result) {
    const auto found = result.outcome.attributes.find("warning");
    return found == result.outcome.attributes.end() ? "" : std::get<std::string>(found->second);
}

}  // namespace

TEST_CASE("missing numbers: an infinity is a divergence of its replica, at its time, in all observables") {
    results::RouteResult result = route_with({{1, 2, 3, 1, 2, 3}, {1, 2, 3, 1, -infinity, 3}}, 2);
    run::account_for_missing(result, grid);
    CHECK(result.outcome.status == Status::diverged);
    CHECK(result.outcome.diverged_at == 1.0);
    CHECK(result.outcome.diverged_replicas == 1);
    CHECK(result.outcome.detail == "b is beyond 1e+150");
    for (const Series& series : result.trajectory.series) {
        CHECK(series.at(0, 2)[0] == 3.0);
        CHECK(series.at(1, 0)[0] == 1.0);
        CHECK(std::isnan(series.at(1, 1)[0]));
        CHECK(std::isnan(series.at(1, 2)[0]));
    }
}

TEST_CASE("missing numbers: what a finished route leaves undefined is named; what it never predicts is not") {
    results::RouteResult result = route_with({{1, nothing, 3}, {nothing, nothing, nothing}}, 0);
    run::account_for_missing(result, grid);
    CHECK(result.outcome.status == Status::complete);
    CHECK(warning_of(result) == "undefined at some times: a (first at t = 1)");

    results::RouteResult spoken = route_with({{1, nothing, 3}}, 0);
    spoken.outcome.attributes["warning"] = "steps are large";
    run::account_for_missing(spoken, grid);
    CHECK(warning_of(spoken) == "steps are large; undefined at some times: a (first at t = 1)");

    results::RouteResult sound = route_with({{1, 2, 3}}, 0);
    run::account_for_missing(sound, grid);
    CHECK(warning_of(sound).empty());
    // A route that says that it diverged has said it.
    results::RouteResult diverged = route_with({{1, 2, nothing}}, 0);
    diverged.outcome.status = Status::diverged;
    run::account_for_missing(diverged, grid);
    CHECK(warning_of(diverged).empty());
}

TEST_CASE("missing numbers: what cannot be squared is beyond, as an infinity is") {
    results::RouteResult result = route_with({{1, 1e149, 1e151}}, 0);
    run::account_for_missing(result, grid);
    CHECK(result.outcome.status == Status::diverged);
    CHECK(result.outcome.diverged_at == 2.0);
    CHECK(std::isnan(result.trajectory.series.front().values[2]));
}

TEST_CASE("missing numbers: a theory of which nothing is left has diverged") {
    results::RouteResult result = route_with({{1, 2, nothing}, {1, nothing, nothing}}, 0);
    result.info.theory = true;
    run::account_for_missing(result, grid);
    CHECK(result.outcome.status == Status::diverged);
    CHECK(result.outcome.diverged_at == 2.0);
    CHECK(result.outcome.detail == "nothing is defined from there on");
}

TEST_CASE("missing numbers: errors that are no numbers are unknown, and named where there is a value") {
    results::RouteResult result = route_with({{1, 2, nothing}, {1, 2, 3}}, 0);
    result.trajectory.series[0].error = {0.1, infinity, nothing};
    result.trajectory.series[1].variance = {0.1, infinity, 1.0};
    run::account_for_missing(result, grid);
    CHECK(result.outcome.status == Status::complete);
    CHECK(std::isnan(result.trajectory.series[0].error[1]));
    CHECK(std::isnan(result.trajectory.series[1].variance[1]));
    CHECK(warning_of(result) ==
          "of unknown error, and not compared, at some times: a (first at t = 1); undefined at some times: a "
          "(first at t = 2)");
}

}  // namespace missing_tests
