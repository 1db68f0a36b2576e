// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "random/stream.hpp"
#include "results/results.hpp"

/// A problem whose two-time functions are known: d independent modes dx = -x dt + sqrt(2) dB that start in
/// equilibrium, C(t, s) = (1/d) sum_i x_i(t) x_i(s). In the limit C = exp(-|t - s|), and the response of a
/// mode to a kick at s is R = exp(-(t - s)) after it.
namespace hidyn::test {

inline Observable correlation(const std::vector<double>& times) {
    return {.name = "C",
            .long_name = "autocorrelation",
            .symbol = "C_{ij}(t,s)",
            .normalization = "(1/d) x(t) . x(s)",
            .dimensions = {Dimension::times("time_2", times), {"student", 1}, {"student_2", 1}}};
}

inline Observable response(std::vector<double> sources) {
    return {.name = "response",
            .long_name = "response to a kick at s",
            .symbol = "R(t,s)",
            .normalization = "(1/d) tr dx(t)/dh(s)",
            .dimensions = {Dimension::times("source_time", std::move(sources))},
            .own = true};
}

inline results::RouteResult relaxation_theory(const std::vector<double>& times) {
    results::RouteResult route;
    route.info = {.name = "exact", .label = "exact", .kind = "closed-form", .theory = true};
    Series C(correlation(times), 0, times.size());
    Series R(response({0.5, 1.0}), 0, times.size());
    for (std::size_t t = 0; t < times.size(); ++t) {
        for (std::size_t s = 0; s < times.size(); ++s)
            C.at(0, t)[s] = std::exp(-std::abs(times[t] - times[s]));
        for (std::size_t s = 0; s < 2; ++s) {
            const double age = times[t] - R.observable.dimensions[0].coordinates[s];
            R.at(0, t)[s] = age < 0 ? 0.0 : std::exp(-age);
        }
    }
    C.error.assign(C.values.size(), 1e-4);
    route.trajectory.series = {std::move(C), std::move(R)};
    return route;
}

inline results::RouteResult relaxation_simulation(const std::vector<double>& times, std::uint64_t d,
                                                  std::size_t replicas) {
    results::RouteResult route;
    route.info = {.name = "modes-d" + std::to_string(d),
                  .label = "modes",
                  .kind = "simulation",
                  .d = d,
                  .replicas = replicas};
    Series C(correlation(times), replicas, times.size());
    random::Stream stream({.seed = 1, .route = d});
    std::vector<double> path(times.size());
    for (std::size_t replica = 0; replica < replicas; ++replica) {
        for (std::size_t t = 0; t < times.size(); ++t)
            for (std::size_t s = 0; s < times.size(); ++s) C.at(replica, t)[s] = 0.0;
        for (std::uint64_t mode = 0; mode < d; ++mode) {
            path[0] = stream.normal();
            for (std::size_t t = 1; t < times.size(); ++t) {
                const double memory = std::exp(times[t - 1] - times[t]);
                path[t] = memory * path[t - 1] + std::sqrt(1.0 - memory * memory) * stream.normal();
            }
            for (std::size_t t = 0; t < times.size(); ++t)
                for (std::size_t s = 0; s < times.size(); ++s)
                    C.at(replica, t)[s] += path[t] * path[s] / static_cast<double>(d);
        }
    }
    route.trajectory.series = {std::move(C)};
    return route;
}

inline results::Results relaxation(std::size_t points, std::vector<std::uint64_t> sizes,
                                   std::size_t replicas) {
    results::Results all;
    all.title = "Modes that forget";
    all.experiment = "title = \"Modes that forget\"\n";
    all.created = "2026-01-01T00:00:00Z";
    all.grid.unit = "relaxation times";
    for (std::size_t t = 0; t < points; ++t)
        all.grid.times.push_back(2.0 * static_cast<double>(t) / static_cast<double>(points - 1));
    for (const std::uint64_t d : sizes)
        all.routes.push_back(relaxation_simulation(all.grid.times, d, replicas));
    all.routes.push_back(relaxation_theory(all.grid.times));
    return all;
}

}  // namespace hidyn::test
