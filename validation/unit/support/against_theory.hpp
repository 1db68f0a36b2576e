// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "generalized_linear_cases.hpp"
#include "models/generalized_linear/declaration/declaration.hpp"
#include "route_cases.hpp"

namespace generalized_linear_cases {

/// Means over replicas against a theory of the limit: within four standard errors, four of the theory's and a
/// shift of order 1/d, small against what a wrong term would do.
inline void check_against_theory(const hidyn::RouteKind& kind,
                                 const std::shared_ptr<GeneralizedLinear>& problem, std::uint64_t d,
                                 std::size_t replicas, double shift) {
    const std::vector<double>& times = problem->recording.grid.times;
    const RouteSolution theory = solve_route(kind, problem, {}, times);
    const RouteSolution simulation =
        solve_route(hidyn::generalized_linear::simulation_kind(), problem, {{"d", std::int64_t{1}}}, times,
                    {.name = "sim", .d = d, .replicas = replicas, .seed = 11});
    const auto count = static_cast<double>(replicas);
    for (const hidyn::Series& expected : theory.trajectory.series) {
        CAPTURE(expected.observable.name);
        const hidyn::Series& found = *simulation.trajectory.find(expected.observable.name);
        for (std::size_t time = 0; time < times.size(); ++time)
            for (std::size_t c = 0; c < expected.components(); ++c) {
                const double predicted = expected.at(0, time)[c];
                if (std::isnan(predicted)) continue;  // the theory says nothing of it
                double mean = 0.0;
                double square = 0.0;
                for (std::size_t replica = 0; replica < replicas; ++replica) {
                    const double x = found.at(replica, time)[c];
                    mean += x / count;
                    square += x * x / count;
                }
                const double error = std::sqrt(std::max(0.0, square - mean * mean) / (count - 1.0));
                const double own =
                    expected.error.empty() ? 0.0 : expected.error[time * expected.components() + c];
                CAPTURE(time);
                CAPTURE(c);
                CAPTURE(mean);
                CAPTURE(predicted);
                CHECK(std::abs(mean - predicted) <=
                      4.5 * error + 4.0 * own +
                          shift * std::max(std::abs(predicted), 0.1) / static_cast<double>(d));
            }
    }
}

}  // namespace generalized_linear_cases
