// SPDX-License-Identifier: MIT
#include "claims/claims.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "experiment/experiment.hpp"
#include "statistics/replica_average.hpp"
#include "two_time_results.hpp"

namespace quantities_tests {

using namespace hidyn;

namespace {

/// Two variants of the relaxing modes: in "late" the correlation is doubled everywhere.
struct Case {
    Case() {
        for (const char* name : {"early", "late"}) {
            experiment.variants.emplace_back().name = name;
            results::Results own = test::relaxation(5, {50, 200}, 16);
            for (results::RouteResult& route : own.routes) {
                RouteInfo info = route.info;
                info.variant = name;
                info.name = std::string(name) + "." + info.name;
                Trajectory trajectory = std::move(route.trajectory);
                if (std::string(name) == "late")
                    for (double& value : trajectory.series.front().values) value *= 2.0;
                results.routes.push_back({.info = info, .trajectory = std::move(trajectory), .outcome = {}});
            }
            results.grid = own.grid;
        }
    }

    claims::ClaimResult check(claims::Claim claim) {
        claim.name = "c";
        if (claim.observable.empty() && claim.quantity != &claims::fall()) claim.observable = "C";
        if (claim.variant.empty()) claim.variant = "early";
        if (claim.quantity == nullptr) claim.quantity = &claims::value();
        experiment.claims = {claim};
        const std::vector<claims::ClaimResult> checked =
            claims::measure(experiment.claims, experiment::setting_of(experiment), results);
        REQUIRE(checked.size() == 1);
        return checked.front();
    }

    experiment::Experiment experiment;
    results::Results results;
};

/// C(t, s) at the grid times t = 2, s = 1 of the larger simulation of the variant "early".
statistics::ReplicaAverage measured(const Case& all) {
    return statistics::replica_average(all.results.routes[1].trajectory.series.front());
}
constexpr std::size_t at_2_1 = 4 * 5 + 2;

claims::Claim at_s(double s) {
    claims::Claim claim;
    claim.s = s;
    return claim;
}

}  // namespace

TEST_CASE("a two-time observable is addressed by its second time or by its component") {
    Case all;
    claims::Claim claim = at_s(1.0);
    claim.route = "exact";
    CHECK(all.check(claim).measured == doctest::Approx(std::exp(-1.0)));
    CHECK(all.check(claim).error == doctest::Approx(1e-4));
    claim.at = 1.5;
    CHECK(all.check(claim).measured == doctest::Approx(std::exp(-0.5)));
    claim.s.reset();
    claim.component = {3, 1, 1};
    CHECK(all.check(claim).measured == doctest::Approx(std::exp(-0.5)));

    // What one route alone reports is checked on that route alone.
    claim = at_s(0.5);
    claim.observable = "response";
    CHECK(all.check(claim).route == "exact");
    CHECK(all.check(claim).measured == doctest::Approx(std::exp(-1.5)));
}

TEST_CASE("an error or a measurement beyond every number passes no claim") {
    Case all;
    claims::Claim claim = at_s(1.0);
    claim.route = "modes";
    claim.predicted = 14.0;
    claim.tolerance = 1.0;
    for (double& value : all.results.routes[1].trajectory.series.front().values) value *= 1e200;
    const claims::ClaimResult result = all.check(claim);
    CHECK(std::isfinite(result.measured));
    CHECK_FALSE(std::isfinite(result.error));  // its squares are beyond
    CHECK_FALSE(result.passed);
    for (double& value : all.results.routes[1].trajectory.series.front().values)
        value = std::copysign(INFINITY, value);
    CHECK_FALSE(all.check(claim).passed);
}

TEST_CASE("an unknown error excuses no value and orders nothing") {
    Case all;
    claims::Claim claim = at_s(1.0);
    claim.route = "exact";
    for (results::RouteResult& route : all.results.routes)
        for (double& error : route.trajectory.series.front().error) error = std::nan("");
    claim.predicted = std::exp(-1.0);
    claim.tolerance = 1e-9;
    CHECK(all.check(claim).passed);
    CHECK(std::isnan(all.check(claim).error));
    claim.predicted += 2e-9;
    CHECK_FALSE(all.check(claim).passed);

    claim.quantity = &claims::order();
    claim.variants = {"early", "late"};
    claim.tolerance = 0.0;
    CHECK(all.check(claim).measured == doctest::Approx(std::exp(-1.0)));
    CHECK_FALSE(all.check(claim).passed);
    claim.tolerance = 0.1;  // the gap that would mean something
    CHECK(all.check(claim).passed);
    claim.tolerance = 1.0;
    CHECK_FALSE(all.check(claim).passed);
    claim.tolerance = 0.0;
    for (results::RouteResult& route : all.results.routes)
        for (double& error : route.trajectory.series.front().error) error = 1e-4;
    CHECK(all.check(claim).passed);
}

TEST_CASE("a difference of two routes has both their errors") {
    Case all;
    claims::Claim claim = at_s(1.0);
    claim.minus_route = "exact";
    const claims::ClaimResult result = all.check(claim);
    const statistics::ReplicaAverage average = measured(all);
    CHECK(result.route == "modes");
    CHECK(result.measured == doctest::Approx(average.mean[at_2_1] - std::exp(-1.0)));
    CHECK(result.error == doctest::Approx(std::hypot(average.standard_error[at_2_1], 1e-4)));
    CHECK(result.passed);
}

TEST_CASE("a theory started from every replica is subtracted replica by replica") {
    Case all;
    Series& theory = all.results.routes[2].trajectory.series.front();
    const Series& simulation = all.results.routes[1].trajectory.series.front();
    theory.error.clear();
    theory.replicas = simulation.replicas;
    theory.values = simulation.values;
    for (double& value : theory.values) value -= 0.25;
    claims::Claim claim = at_s(1.0);
    claim.minus_route = "exact";
    CHECK(all.check(claim).measured == doctest::Approx(0.25));
    CHECK(all.check(claim).error < 1e-12);
}

TEST_CASE("a ratio may be over another route, another variant or both") {
    Case all;
    claims::Claim claim = at_s(1.0);
    claim.quantity = &claims::ratio();
    claim.over_route = "exact";
    CHECK(all.check(claim).measured == doctest::Approx(measured(all).mean[at_2_1] * std::exp(1.0)));
    claim.variant = "late";
    claim.over_variant = "early";
    CHECK(all.check(claim).measured == doctest::Approx(2.0 * measured(all).mean[at_2_1] * std::exp(1.0)));
    claim.over_route = "";
    claim.route = "exact";
    CHECK(all.check(claim).measured == doctest::Approx(2.0));
}

TEST_CASE("a value may be a difference of two variants") {
    Case all;
    claims::Claim claim = at_s(1.0);
    claim.route = "exact";
    claim.variant = "late";
    claim.minus_variant = "early";
    CHECK(all.check(claim).measured == doctest::Approx(std::exp(-1.0)));
    CHECK(all.check(claim).error == doctest::Approx(std::sqrt(2.0) * 1e-4));
}

TEST_CASE("single runs approach the theory as d^-1/2") {
    Case all;
    claims::Claim claim;
    claim.quantity = &claims::fall();
    claim.minus_route = "exact";
    claim.predicted = 0.5;
    claim.tolerance = 0.05;
    claims::ClaimResult result = all.check(claim);
    CHECK(result.route == "modes");
    CHECK(result.what == "all");
    CHECK(result.error > 0.0);
    CHECK(result.passed);
    const double together = result.measured;
    claim.observable = "C";
    CHECK(all.check(claim).measured == doctest::Approx(together));
}

TEST_CASE("an error without bounds excuses nothing, nor do the few that did not diverge speak for all") {
    Case all;
    claims::Claim claim = at_s(1.0);
    claim.route = "modes";
    claim.predicted = std::exp(-1.0);
    claim.tolerance = 0.2;
    CHECK(all.check(claim).passed);
    Series& series = all.results.routes[1].trajectory.series.front();
    const Series sound = series;
    series.at(0, 4)[2] = 1e6;
    CHECK(all.check(claim).measured < 3.0 * all.check(claim).error);
    CHECK_FALSE(all.check(claim).passed);

    series = sound;
    all.results.routes[1].outcome.diverged_replicas = 8;
    for (std::size_t replica = 0; replica < 8; ++replica) series.at(replica, 4)[2] = std::nan("");
    CHECK(all.check(claim).passed);
    series.at(8, 4)[2] = std::nan("");
    CHECK(std::isnan(all.check(claim).measured));
    CHECK_FALSE(all.check(claim).passed);
}

TEST_CASE("a peak is found between the recorded times") {
    Case all;
    // In place of each replica's curve a parabola around its own top, 1.3 +- 0.1.
    results::RouteResult& route = all.results.routes[1];
    Series& series = route.trajectory.series.front();
    for (std::size_t replica = 0; replica < series.replicas; ++replica)
        for (std::size_t time = 0; time < all.results.grid.size(); ++time) {
            const double top = replica % 2 == 0 ? 1.2 : 1.4;
            for (double& value : series.at(replica, time))
                value = -std::pow(all.results.grid.times[time] - top, 2);
        }
    claims::Claim claim = at_s(1.0);
    claim.quantity = &claims::peak();
    claim.route = "modes";
    const claims::ClaimResult result = all.check(claim);
    CHECK(result.measured == doctest::Approx(1.3));
    CHECK(result.error == doctest::Approx(0.1 / std::sqrt(static_cast<double>(series.replicas) - 1.0)));
}

}  // namespace quantities_tests
