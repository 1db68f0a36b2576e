// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "core/recorder.hpp"
#include "models/committee/committee.hpp"
#include "route_cases.hpp"

/// Committee machines shared by the tests of simulations and theories.
namespace cases {

using hidyn::committee::Committee;
using hidyn::committee::OrderParameters;

inline Eigen::MatrixXd matrix(std::initializer_list<std::initializer_list<double>> rows) {
    Eigen::MatrixXd result(static_cast<Eigen::Index>(rows.size()),
                           static_cast<Eigen::Index>(rows.begin()->size()));
    Eigen::Index i = 0;
    for (const auto& row : rows) {
        Eigen::Index j = 0;
        for (const double value : row) result(i, j++) = value;
        ++i;
    }
    return result;
}

inline Eigen::VectorXd vector(std::initializer_list<double> values) {
    Eigen::VectorXd result(static_cast<Eigen::Index>(values.size()));
    Eigen::Index i = 0;
    for (const double value : values) result[i++] = value;
    return result;
}

inline std::shared_ptr<Committee> committee(const char* activation, const char* teacher_activation,
                                            OrderParameters start, Eigen::VectorXd teacher_second_layer,
                                            hidyn::committee::OnlineSgd algorithm, double label_noise = 0.0) {
    auto problem = std::make_shared<Committee>();
    problem->students = static_cast<std::size_t>(start.Q.rows());
    problem->teachers = static_cast<std::size_t>(start.T.rows());
    problem->activation = hidyn::math::Activation::named(activation);
    problem->teacher_activation = hidyn::math::Activation::named(teacher_activation);
    problem->teacher_second_layer = std::move(teacher_second_layer);
    problem->label_noise = label_noise;
    problem->algorithm = algorithm;
    problem->starts = {std::move(start)};
    return problem;
}

/// The common start of the public check values: K = M = 2, generic overlaps, T = I.
inline OrderParameters generic_start(Eigen::VectorXd v) {
    return {.Q = matrix({{1.0, 0.1}, {0.1, 0.8}}),
            .R = matrix({{0.3, 0.1}, {-0.1, 0.2}}),
            .T = Eigen::MatrixXd::Identity(2, 2),
            .v = std::move(v)};
}

using Solved = RouteSolution;

inline Solved simulate(const hidyn::Solve& simulation, const hidyn::Problem& problem,
                       const hidyn::RouteInfo& info, std::vector<double> times) {
    const hidyn::TimeGrid grid{.times = std::move(times), .unit = problem.time_unit()};
    hidyn::Recorder recorder(problem.observables(), info.replicas, grid.size());
    hidyn::Progress progress;
    Solved solved;
    solved.outcome = simulation({info, grid, recorder, progress});
    solved.trajectory = recorder.take();
    return solved;
}

/// Either of the committee machine's simulations.
inline Solved simulate(hidyn::Outcome (*simulation)(const Committee&, const hidyn::RouteRun&),
                       const Committee& problem, const hidyn::RouteInfo& info, std::vector<double> times) {
    return simulate([&](const hidyn::RouteRun& run) { return simulation(problem, run); }, problem, info,
                    std::move(times));
}

/// Over replicas, with standard errors.
struct Moments {
    double mean, mean_error, variance, variance_error;
};

inline Moments moments(const hidyn::Series& series, std::size_t time, std::size_t component) {
    const auto count = static_cast<double>(series.replicas);
    double mean = 0.0;
    for (std::size_t r = 0; r < series.replicas; ++r) mean += series.at(r, time)[component] / count;
    double second = 0.0;
    double fourth = 0.0;
    for (std::size_t r = 0; r < series.replicas; ++r) {
        const double square = std::pow(series.at(r, time)[component] - mean, 2);
        second += square / count;
        fourth += square * square / count;
    }
    return {mean, std::sqrt(second / count), second, std::sqrt((fourth - second * second) / count)};
}

}  // namespace cases
