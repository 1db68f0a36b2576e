// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <numbers>

#include "check_values.hpp"
#include "models/sparse_regression/declaration.hpp"
#include "models/sparse_regression/sparse_regression.hpp"
#include "route_cases.hpp"
#include "solvers/closed_form/sparse_regression.hpp"

namespace sparse_regression_tests {

using namespace hidyn;
using namespace hidyn::sparse_regression;
using Eigen::MatrixXd;

namespace {

MatrixXd ring(Eigen::Index agents) {
    MatrixXd P = MatrixXd::Zero(agents, agents);
    for (Eigen::Index i = 0; i < agents; ++i)
        for (const Eigen::Index j : {i, (i + 1) % agents, (i + agents - 1) % agents}) P(i, j) += 1.0 / 3.0;
    return P;
}

std::shared_ptr<SparseRegression> agents_on(const MatrixXd& mixing, double rate) {
    auto problem = std::make_shared<SparseRegression>();
    problem->signal = {1.0, -0.8, 0.6, 1.2, -1.0};
    problem->label_noise = 0.01;
    problem->samples = 20;
    problem->mixing = mixing;
    problem->learning_rate = rate;
    problem->data_replicas = 1;
    return problem;
}

double largest_gap(const cases::RouteSolution& one, const cases::RouteSolution& other, std::size_t times) {
    double gap = 0.0;
    for (std::size_t time = 0; time < times; ++time)
        for (std::size_t k = 0; k < 5; ++k)
            gap = std::max(
                gap, std::abs(one.at("support_weights", time, k) - other.at("support_weights", time, k)));
    return gap;
}

}  // namespace

TEST_CASE("sparse regression: single coordinates, as published") {
    auto problem = std::make_shared<SparseRegression>();
    problem->signal = {1.0, 0.25, -0.8};
    problem->scale = 1e-3;
    problem->flow = true;
    const double half = 0.5 * std::log(1e6);
    const std::vector<double> times{0.0, half, 10.0};
    const auto theory = cases::solve_route(closed_form::sparse_regression_kind(), problem, {}, times);
    const test::CheckValues known("sparse-regression");
    for (std::size_t k = 0; k < 3; ++k)
        CHECK(theory.at("support_weights", 2, k) == known.approx("single-coordinates", "weights", k));
    // Half of it at ln(w* / alpha^2) / 2 w*.
    CHECK(theory.at("support_weights", 1, 0) == doctest::Approx(0.5).epsilon(1e-5));
    const auto real =
        cases::solve_route(simulation_kind(), problem, {}, times, {.name = "sim", .d = 6, .replicas = 1});
    for (std::size_t time = 0; time < 3; ++time) {
        for (std::size_t k = 0; k < 3; ++k)
            CHECK(std::abs(real.at("support_weights", time, k) - theory.at("support_weights", time, k)) <
                  1e-7);
        CHECK(real.at("off_support", time) == 0.0);
    }
    // Steps approach the flow at first order: published .036 and .018 for one coordinate.
    std::vector<double> gaps;
    problem->flow = false;
    for (const double rate : {0.05, 0.025}) {
        problem->learning_rate = rate;
        const auto steps = cases::solve_route(simulation_kind(), problem, {}, {5.0, 6.0, 7.0, 8.0, 10.0},
                                              {.name = "sim", .d = 3, .replicas = 1});
        const auto flow = cases::solve_route(closed_form::sparse_regression_kind(), problem, {},
                                             {5.0, 6.0, 7.0, 8.0, 10.0});
        double gap = 0.0;
        for (std::size_t time = 0; time < 5; ++time)
            gap =
                std::max(gap, std::abs(steps.at("support_weights", time) - flow.at("support_weights", time)));
        gaps.push_back(gap);
    }
    CHECK(gaps[0] / gaps[1] == doctest::Approx(2.0).epsilon(0.1));
}

TEST_CASE("sparse regression: agents approach one that has all data, as steps over the gap of the network") {
    std::vector<double> times;
    for (int k = 1; k <= 12; ++k) times.push_back(k);
    const auto pooled = cases::solve_route(closed_form::pooled_flow_kind(), agents_on(ring(10), 0.01), {},
                                           times, {.d = 100, .replicas = 1});
    double last_gap = 0.0;
    double last_consensus = 0.0;
    for (const bool complete : {true, false})
        for (const double rate : {0.02, 0.01}) {
            const auto problem = agents_on(complete ? MatrixXd::Constant(10, 10, 0.1) : ring(10), rate);
            if (!complete)
                CHECK(problem->mixing_rate() ==
                      doctest::Approx((1.0 + 2.0 * std::cos(0.2 * std::numbers::pi)) / 3.0));
            const auto run = cases::solve_route(simulation_kind(), problem, {}, times,
                                                {.name = "sim", .d = 100, .replicas = 1});
            const double gap = largest_gap(run, pooled, times.size());
            double consensus = 0.0;
            for (std::size_t time = 0; time < times.size(); ++time)
                consensus = std::max(consensus, run.at("consensus", time));
            CAPTURE(complete);
            CAPTURE(rate);
            if (rate < 0.015) {
                CHECK(last_gap / gap == doctest::Approx(2.0).epsilon(0.15));
                CHECK(last_consensus / consensus == doctest::Approx(2.0).epsilon(0.15));
                // It finds the support long before the noise off it.
                CHECK(run.at("estimation_error", 11) < 0.35);
                CHECK(run.at("off_support", 11) < 0.2);
            }
            last_gap = gap;
            last_consensus = consensus;
        }
    // One agent with all data in flow is the theory itself, by other equations.
    auto alone = agents_on(MatrixXd::Ones(1, 1), 0.0);
    alone->samples = 80;
    alone->flow = true;
    const auto real =
        cases::solve_route(simulation_kind(), alone, {}, times, {.name = "sim", .d = 60, .replicas = 1});
    const auto mirror =
        cases::solve_route(closed_form::pooled_flow_kind(), alone, {}, times, {.d = 60, .replicas = 1});
    CHECK(largest_gap(real, mirror, times.size()) < 1e-6);
    CHECK(std::abs(real.at("off_support", 11) - mirror.at("off_support", 11)) < 1e-6);
}

}  // namespace sparse_regression_tests
