// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <cmath>

#include "check_values.hpp"
#include "deep_linear_cases.hpp"
#include "solvers/riccati/deep_linear.hpp"
#include "solvers/riccati/factor_flow.hpp"

namespace deep_linear_riccati_tests {

using namespace hidyn;
using namespace hidyn::deep_linear;
using Eigen::MatrixXd;

namespace {

MatrixXd rotation(double angle) {
    MatrixXd made(2, 2);
    made << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
    return made;
}

std::shared_ptr<DeepLinear> lambda_balanced(double lambda, double hidden, double outputs, double first) {
    auto problem = std::make_shared<DeepLinear>();
    problem->strengths = {2.0, 1.2, 0.5};
    problem->hidden_ratio = hidden;
    problem->output_ratio = outputs;
    problem->initial = {.kind = StartKind::lambda_balanced,
                        .first = {first},
                        .imbalance = lambda,
                        .seed = 4,
                        .size = 6,
                        .replicas = 2};
    return problem;
}

}  // namespace

TEST_CASE("deep linear: the Riccati equation, as published") {
    MatrixXd V(3, 2), M(2, 3);
    V << 1, 0, 0, .6, 0, .8;
    M << 1, .2, -.5, .3, -1.2, .4;
    const MatrixXd R = rotation(.3);
    const MatrixXd U = rotation(1.1);
    const Eigen::Vector2d first(.3, .1);
    const Eigen::Vector2d second = (first.array().square() + .8).sqrt();
    MatrixXd Q(5, 2);
    Q << V * rotation(.4) * first.asDiagonal() * R.transpose(), U * second.asDiagonal() * R.transpose();
    riccati::FactorFlow flow(M, .8, Q);
    const test::CheckValues known("deep-linear");
    const std::vector<double> times = known.numbers("matrix-riccati.times");
    const std::vector<std::vector<double>> products = known.rows("matrix-riccati.product");
    double now = 0.0;
    for (std::size_t time = 0; time < times.size(); ++time) {
        flow.advance(times[time] - now);
        now = times[time];
        for (Eigen::Index i = 0; i < 2; ++i)
            for (Eigen::Index j = 0; j < 3; ++j)
                CHECK(
                    std::abs(flow.P()(3 + i, j) - products.at(time).at(static_cast<std::size_t>(3 * i + j))) <
                    known.number("matrix-riccati.tolerance"));
    }
    flow.advance(400.0);
    CHECK((flow.P().bottomLeftCorner(2, 3) - M).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("deep linear: real lambda-balanced weights follow the Riccati equation") {
    const std::vector<double> times{0.0, 0.4, 1.5, 5.0, 20.0, 40.0};
    struct Case {
        double lambda, hidden, outputs, first;
    };
    for (const Case& one :
         {Case{0.0, 2.0 / 3.0, 1.0, 0.3}, Case{1.3, 2.0 / 3.0, 1.0, 0.2}, Case{-0.8, 2.0 / 3.0, 1.0, 1.0},
          Case{2.0, 1.0, 4.0 / 3.0, 0.1}, Case{-2.0, 1.0, 4.0 / 3.0, 1.5}, Case{0.4, 0.5, 0.5, 0.05},
          Case{0.5, 1.5, 2.0, 0.3}}) {
        CAPTURE(one.lambda);
        CAPTURE(one.hidden);
        const auto problem = lambda_balanced(one.lambda, one.hidden, one.outputs, one.first);
        const auto theory =
            cases::solve_route(riccati::deep_linear_kind(), problem, {}, times, {.replicas = 2});
        const auto real =
            cases::solve_route(simulation_kind(), problem, {}, times, {.name = "sim", .d = 6, .replicas = 2});
        for (const char* what :
             {"generalization_error", "mode_strength", "off_diagonal", "imbalance", "kernel_alignment"})
            for (std::size_t replica = 0; replica < 2; ++replica)
                for (std::size_t time = 0; time < times.size(); ++time) {
                    CAPTURE(what);
                    CAPTURE(time);
                    const auto expected = theory.trajectory.find(what)->at(replica, time);
                    const auto found = real.trajectory.find(what)->at(replica, time);
                    for (std::size_t k = 0; k < expected.size(); ++k)
                        CHECK(std::abs(found[k] - expected[k]) < 3e-8);
                }
    }
}

}  // namespace deep_linear_riccati_tests
