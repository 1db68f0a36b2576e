// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "models/deep_linear/declaration/declaration.hpp"
#include "models/deep_linear/deep_linear.hpp"
#include "route_cases.hpp"

namespace cases {

/// Aligned modes under batches of fresh samples.
inline std::shared_ptr<hidyn::deep_linear::DeepLinear> batches(std::size_t depth, std::vector<double> m,
                                                               double start, double rate, std::uint64_t batch,
                                                               double noise, std::vector<double> times) {
    auto problem = std::make_shared<hidyn::deep_linear::DeepLinear>();
    problem->depth = depth;
    problem->initial.strengths.assign(m.size(), start);
    problem->strengths = std::move(m);
    problem->rule = hidyn::deep_linear::Rule::online_sgd;
    problem->learning_rate = rate;
    problem->batch_size = batch;
    problem->label_noise = noise;
    problem->grid = {.times = std::move(times), .unit = problem->time_unit()};
    return problem;
}

inline RouteSolution simulate(const std::shared_ptr<hidyn::deep_linear::DeepLinear>& problem,
                              const char* method, std::uint64_t d, std::size_t replicas,
                              std::size_t members) {
    problem->runs = replicas * members;
    return solve_route(hidyn::deep_linear::simulation_kind(), problem,
                       {{"method", std::string(method)}, {"members", static_cast<std::int64_t>(members)}},
                       problem->grid.times,
                       {.name = std::string("sim-") + method, .d = d, .replicas = replicas, .seed = 3});
}

/// Mean over replicas and its standard error.
struct Estimate {
    double mean = 0.0, error = 0.0;

    Estimate(const RouteSolution& run, const char* observable, std::size_t time, std::size_t component = 0) {
        const hidyn::Series& series = *run.trajectory.find(observable);
        const auto count = static_cast<double>(series.replicas);
        double square = 0.0;
        for (std::size_t replica = 0; replica < series.replicas; ++replica) {
            const double x = series.at(replica, time)[component];
            mean += x / count;
            square += x * x / count;
        }
        error = std::sqrt(std::max(0.0, square - mean * mean) / (count - 1.0));
    }
    [[nodiscard]] double score(double predicted, double own_error = 0.0) const {
        return std::abs(mean - predicted) / std::hypot(error, own_error);
    }
};

}  // namespace cases
