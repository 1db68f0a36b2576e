// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "committee_cases.hpp"
#include "models/committee/simulation/direct_network.hpp"
#include "models/committee/simulation/reduced_chain.hpp"

namespace committee_start_tests {

using namespace hidyn;
using committee::OrderParameters;

namespace {

double largest(const Eigen::MatrixXd& difference) {
    return difference.cwiseAbs().maxCoeff();
}

OrderParameters reconstructed(const teacher_student::SquareRoot& root, const Eigen::VectorXd& v) {
    return {.Q = root.P * root.P.transpose() + root.S * root.S.transpose(),
            .R = root.P * root.Theta.transpose(),
            .T = root.Theta * root.Theta.transpose(),
            .v = v};
}

}  // namespace

TEST_CASE("start: the square root reproduces the order parameters, singular ones included") {
    const Eigen::VectorXd v = Eigen::VectorXd::Ones(3);
    OrderParameters start{.Q = cases::matrix({{1.0, 1.0, 0.2}, {1.0, 1.0, 0.2}, {0.2, 0.2, 0.5}}),
                          .R = cases::matrix({{0.4, 0.4}, {0.4, 0.4}, {0.1, 0.1}}),
                          .T = cases::matrix({{1.0, 1.0}, {1.0, 1.0}}),
                          .v = v};
    CHECK(teacher_student::gram_defect(start).empty());
    CHECK(teacher_student::joint_rank(start) == 3);
    for (const std::uint64_t d : {3U, 4U, 5U, 100U}) {
        const OrderParameters again = reconstructed(teacher_student::square_root(start, d), v);
        CAPTURE(d);
        CHECK(largest(again.Q - start.Q) < 1e-12);
        CHECK(largest(again.R - start.R) < 1e-12);
        CHECK(largest(again.T - start.T) < 1e-12);
    }
}

TEST_CASE("start: real weight vectors realise the order parameters exactly at every size") {
    for (const std::uint64_t d : {4U, 5U, 17U, 1000U}) {
        const auto problem = cases::committee("erf", "erf", cases::generic_start(Eigen::VectorXd::Ones(2)),
                                              Eigen::VectorXd::Ones(2), {.learning_rate = 1.0});
        const committee::DirectNetwork network(*problem, d, {.seed = 4, .replica = 0});
        const OrderParameters state = network.order_parameters();
        CAPTURE(d);
        CHECK(largest(state.Q - problem->starts[0].Q) < 1e-13);
        CHECK(largest(state.R - problem->starts[0].R) < 1e-13);
        CHECK(largest(state.T - problem->starts[0].T) < 1e-13);
    }
}

TEST_CASE("start: overlaps that no vectors can have are named") {
    OrderParameters start = cases::generic_start(Eigen::VectorXd::Ones(2));
    start.R(0, 0) = 1.2;
    CHECK(teacher_student::gram_defect(start).find("positive semidefinite") != std::string::npos);
    start = cases::generic_start(Eigen::VectorXd::Ones(2));
    start.Q(0, 1) = 0.2;
    CHECK(teacher_student::gram_defect(start) == "Q must be symmetric");
}

TEST_CASE("start: random students have the moments of Gaussian weights in d dimensions") {
    const Eigen::MatrixXd T = cases::matrix({{1.0, 0.3}, {0.3, 0.5}});
    const Eigen::VectorXd v = Eigen::VectorXd::Ones(2);
    const teacher_student::RandomStart law{.scale = 0.7, .seed = 5, .d = 50};
    const int draws = 20000;
    const double s2 = 0.49;
    const double d = 50.0;
    double q11 = 0.0;
    double q11_square = 0.0;
    double q12_square = 0.0;
    double r11_square = 0.0;
    double r_cross = 0.0;
    for (int draw = 0; draw < draws; ++draw) {
        const OrderParameters start =
            teacher_student::draw_start(law, T, v, static_cast<std::uint32_t>(draw));
        q11 += start.Q(0, 0) - s2;
        q11_square += std::pow(start.Q(0, 0) - s2, 2);
        q12_square += std::pow(start.Q(0, 1), 2);
        r11_square += std::pow(start.R(0, 0), 2);
        r_cross += start.R(0, 0) * start.R(0, 1);
    }
    // Var Q_ii = 2 s^4 / d, Var Q_ij = s^4 / d, Cov(R_im, R_in) = s^2 T_mn / d.
    const double relative = 4.0 * std::sqrt(2.0 / draws);
    CHECK(std::abs(q11 / draws) < 4.0 * std::sqrt(2.0 * s2 * s2 / d / draws));
    CHECK(q11_square / draws == doctest::Approx(2.0 * s2 * s2 / d).epsilon(1.1 * relative));
    CHECK(q12_square / draws == doctest::Approx(s2 * s2 / d).epsilon(1.1 * relative));
    CHECK(r11_square / draws == doctest::Approx(s2 * T(0, 0) / d).epsilon(relative));
    CHECK(std::abs(r_cross / draws - s2 * T(0, 1) / d) <
          4.0 * s2 / d / std::sqrt(static_cast<double>(draws)));
}

}  // namespace committee_start_tests
