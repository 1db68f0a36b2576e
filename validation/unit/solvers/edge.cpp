// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <memory>

#include "check_values.hpp"
#include "models/edge_model/batch_sharpness.hpp"
#include "models/edge_model/declaration.hpp"
#include "models/linear_stability/declaration.hpp"
#include "models/linear_stability/linear_stability.hpp"
#include "route_cases.hpp"
#include "solvers/mean_square/data_moments.hpp"
#include "solvers/mean_square/edge_model.hpp"
#include "solvers/mean_square/linear_stability.hpp"
#include "solvers/mean_square/thresholds.hpp"

namespace edge_tests {

using namespace hidyn;
using Eigen::MatrixXd;

namespace {

std::vector<double> harmonic(std::size_t count) {
    std::vector<double> all;
    for (std::size_t k = 1; k <= count; ++k) all.push_back(1.0 / static_cast<double>(k));
    return all;
}

double mean_of(const cases::RouteSolution& run, const char* what, std::size_t from, std::size_t to) {
    const Series& series = *run.trajectory.find(what);
    double sum = 0.0;
    for (std::size_t replica = 0; replica < series.replicas; ++replica)
        for (std::size_t time = from; time < to; ++time) sum += series.at(replica, time)[0];
    return sum / static_cast<double>(series.replicas * (to - from));
}

std::shared_ptr<edge_model::EdgeModel> edge_problem(double edge, double d, std::uint64_t B, double beta,
                                                    double mu) {
    auto problem = std::make_shared<edge_model::EdgeModel>();
    problem->momentum = beta;
    problem->weight_decay = mu;
    problem->batch_size = B;
    problem->learning_rate =
        (B > 0 ? mean_square::isotropic_critical_rate(1.0, d, static_cast<double>(B), beta)
               : 2.0 * (1.0 + beta)) /
        edge;
    problem->curvature = 0.95 * edge;
    return problem;
}

}  // namespace

TEST_CASE("edge: thresholds in mean square, as published") {
    const test::CheckValues known("edge");
    const std::vector<double> lambda = harmonic(40);
    const std::vector<double> momentum = known.numbers("harmonic.momentum");
    for (std::size_t k = 0; k < momentum.size(); ++k)
        CHECK(mean_square::critical_rate(lambda, known.numbers("harmonic.batch_size").at(k), momentum[k]) ==
              known.approx("harmonic", "critical_rate", k));
    const double critical = mean_square::critical_rate(lambda, 8.0, 0.9);
    const std::vector<double> shares = known.numbers("harmonic-growth.share");
    for (std::size_t k = 0; k < shares.size(); ++k)
        CHECK(mean_square::growth_factor(lambda, {shares[k] * critical, 0.9, 8.0}) ==
              known.approx("harmonic-growth", "growth_factor", k));
    CHECK(mean_square::growth_factor(lambda, {critical, 0.9, 8.0}) == doctest::Approx(1.0).epsilon(1e-10));

    const double isotropic = mean_square::isotropic_critical_rate(1.0, 100.0, 4.0, 0.9);
    CHECK(isotropic == known.approx("isotropic.critical_rate"));
    CHECK(mean_square::isotropic_batch_sharpness(1.0, 100.0, 4.0) ==
          known.approx("isotropic.batch_sharpness"));
    CHECK(mean_square::critical_rate(std::vector<double>(100, 1.0), 4.0, 0.9) ==
          doctest::Approx(isotropic).epsilon(1e-10));
    const std::vector<double> batches = known.numbers("isotropic-batches.batch_size");
    for (std::size_t k = 0; k < batches.size(); ++k)
        CHECK(std::abs(0.5 * mean_square::isotropic_critical_rate(1.0, 400.0, batches[k], 0.9) *
                           mean_square::isotropic_batch_sharpness(1.0, 400.0, batches[k]) -
                       known.numbers("isotropic-batches.half_product").at(k)) <
              known.number("isotropic-batches.tolerance"));
    // The two ends of one formula.
    CHECK(mean_square::critical_rate(std::vector<double>(4000, 1.0), 1.0, 0.5) ==
          doctest::Approx(1.0 / 4000).epsilon(2e-3));
    CHECK(mean_square::critical_rate(lambda, 1e9, 0.5) == doctest::Approx(3.0).epsilon(1e-6));
}

TEST_CASE("edge: the secular growth is the spectral radius of the whole recursion") {
    const std::vector<double> lambda = harmonic(5);
    for (const double beta : {0.0, 0.5, 0.9})
        for (const double B : {1.0, 8.0})
            for (const double share : {0.5, 0.95, 1.2}) {
                const double eta = share * mean_square::critical_rate(lambda, B, beta);
                MatrixXd A = MatrixXd::Zero(15, 15);
                for (Eigen::Index i = 0; i < 5; ++i) {
                    const double one = lambda[static_cast<std::size_t>(i)];
                    const double c = 1.0 + beta - eta * one;
                    A(i, i) += c * c + eta * eta * one * one / B;
                    A(i, 5 + i) = -2.0 * beta * c;
                    A(i, 10 + i) = beta * beta;
                    for (Eigen::Index j = 0; j < 5; ++j)
                        A(i, j) += eta * eta * one * lambda[static_cast<std::size_t>(j)] / B;
                    A(5 + i, i) = c;
                    A(5 + i, 5 + i) = -beta;
                    A(10 + i, i) = 1.0;
                }
                const double radius = A.eigenvalues().cwiseAbs().maxCoeff();
                CHECK(mean_square::growth_factor(lambda, {eta, beta, B}) ==
                      doctest::Approx(radius).epsilon(1e-10));
            }
}

TEST_CASE("edge: moments of batches without replacement, by enumeration") {
    MatrixXd X(2, 4);
    X << 1.0, -0.3, 0.5, 0.2, 0.4, 0.9, -0.7, 0.1;
    const mean_square::HeavyBall method{0.3, 0.6, 2.0};
    mean_square::DataMoments moments(X, method);
    // All six batches at each of three steps, each with its probability, from I / 2.
    std::vector<MatrixXd> states{MatrixXd::Zero(4, 2)};
    states[0].topRows(2) = states[0].bottomRows(2) = MatrixXd::Identity(2, 2) / std::sqrt(2.0);
    for (int step = 0; step < 3; ++step) {
        std::vector<MatrixXd> next;
        for (const MatrixXd& state : states)
            for (Eigen::Index i = 0; i < 4; ++i)
                for (Eigen::Index j = 0; j < i; ++j) {
                    const MatrixXd H =
                        0.5 * (X.col(i) * X.col(i).transpose() + X.col(j) * X.col(j).transpose());
                    MatrixXd after(4, 2);
                    after.topRows(2) =
                        1.6 * state.topRows(2) - 0.3 * H * state.topRows(2) - 0.6 * state.bottomRows(2);
                    after.bottomRows(2) = state.topRows(2);
                    next.push_back(after);
                }
        states = std::move(next);
        moments.step();
        double sum = 0.0;
        for (const MatrixXd& state : states)
            sum += state.topRows(2).squaredNorm() / static_cast<double>(states.size());
        CHECK(moments.log_norm() == doctest::Approx(std::log(sum)).epsilon(1e-12));
    }
    const double critical = mean_square::critical_rate(X, method);
    CHECK(mean_square::growth_factor(X, {critical, 0.6, 2.0}) == doctest::Approx(1.0).epsilon(1e-5));
}

TEST_CASE("edge: single runs grow and shrink with the mean square at large d") {
    struct Case {
        double beta;
        std::uint64_t B;
        double exponent;
    };
    for (const Case& one : {Case{0.9, 10, 0.0}, Case{0.5, 50, 0.3}}) {
        for (const double share : {0.95, 1.05}) {
            std::vector<double> off;
            for (const std::uint64_t d : {100, 800}) {
                auto problem = std::make_shared<linear_stability::LinearStability>();
                problem->momentum = one.beta;
                problem->batch_size = one.B;
                problem->spectrum_exponent = one.exponent;
                problem->learning_rate =
                    share *
                    mean_square::critical_rate(problem->eigenvalues(d), static_cast<double>(one.B), one.beta);
                const std::vector<double> times{0.0, 50.0, 300.0};
                const auto theory =
                    cases::solve_route(mean_square::linear_stability_kind(), problem, {}, times, {.d = d});
                const auto run = cases::solve_route(linear_stability::simulation_kind(), problem, {}, times,
                                                    {.name = "sim", .d = d, .replicas = 8, .seed = 2});
                CHECK(theory.at("log_norm", 0) == doctest::Approx(0.0).epsilon(1e-9));
                CHECK((theory.at("growth_factor", 0) > 1.0) == (share > 1.0));
                off.push_back(std::abs(mean_of(run, "log_norm", 2, 3) - theory.at("log_norm", 2)));
            }
            CAPTURE(one.beta);
            CAPTURE(share);
            CHECK(off[1] < 0.15);
            CHECK(off[1] < 0.6 * off[0] + 0.03);
        }
    }
    // A data set: the same data in both.
    auto problem = std::make_shared<linear_stability::LinearStability>();
    problem->momentum = 0.5;
    problem->batch_size = 20;
    problem->sample_ratio = 2.0;
    problem->data_replicas = 2;
    problem->learning_rate = 0.1;
    const std::vector<double> times{0.0, 30.0};
    std::vector<double> off;
    for (const std::uint64_t d : {30, 240}) {
        problem->data_replicas = d == 30 ? 8 : 2;
        const auto theory = cases::solve_route(mean_square::linear_stability_kind(), problem, {}, times,
                                               {.d = d, .replicas = problem->data_replicas});
        const auto run =
            cases::solve_route(linear_stability::simulation_kind(), problem, {}, times,
                               {.name = "sim", .d = d, .replicas = problem->data_replicas, .seed = 2});
        off.push_back(std::abs(mean_of(run, "log_norm", 1, 2) - mean_of(theory, "log_norm", 1, 2)));
    }
    CHECK(off[1] < 0.1);
    CHECK(off[1] < 0.6 * off[0] + 0.03);
}

TEST_CASE("edge: gradient and Hessian of a batch, by differences of its loss") {
    edge_model::EdgeModel problem;
    problem.weight_decay = 0.3;
    problem.batch_size = 3;
    const MatrixXd X = MatrixXd::Random(3, 5);
    edge_model::Weights at{.w = Eigen::VectorXd::Random(5), .a = 1.3};
    const auto loss = [&](const edge_model::Weights& w) {
        return 0.5 * (w.a * X * w.w - X.col(0)).squaredNorm() / 3.0 + 0.15 * w.w.squaredNorm();
    };
    const edge_model::Weights v{.w = Eigen::VectorXd::Random(5), .a = 0.4};
    const edge_model::Batch batch(problem, at, X);
    const auto moved = [&](double h) {
        return edge_model::Weights{.w = at.w + h * v.w, .a = at.a + h * v.a};
    };
    const double h = 1e-4;
    CHECK(batch.gradient().w.dot(v.w) + batch.gradient().a * v.a ==
          doctest::Approx((loss(moved(h)) - loss(moved(-h))) / (2 * h)).epsilon(1e-6));
    CHECK(batch.curvature_along(v) ==
          doctest::Approx((loss(moved(h)) - 2 * loss(moved(0)) + loss(moved(-h))) / (h * h)).epsilon(1e-5));
}

TEST_CASE("edge: the curvature comes to rest where steps are just stable, as published") {
    struct Case {
        double beta;
        std::uint64_t B;
    };
    // a_c^2 = 10, d = 100, weight decay .05: published a^2 / a_c^2 are between .995 and 1.003.
    for (const Case& one : {Case{0.0, 4}, Case{0.5, 16}, Case{0.9, 16}, Case{0.9, 256}}) {
        CAPTURE(one.beta);
        CAPTURE(one.B);
        const auto problem = edge_problem(10.0, 100.0, one.B, one.beta, 0.05);
        const double unit = (1.0 - one.beta) / problem->learning_rate;
        const double arrival = 0.25 * 100.0 * (1.0 - 0.9025) / 0.05 * unit;
        std::vector<double> times;
        for (int k = 0; k < 40; ++k) times.push_back(std::round(arrival * (6.0 + 0.25 * k)));
        const auto run =
            cases::solve_route(edge_model::simulation_kind(), problem, {{"method", std::string("reduced")}},
                               times, {.name = "sim", .method = "reduced", .d = 100, .replicas = 4});
        const auto theory =
            cases::solve_route(mean_square::edge_model_kind(), problem, {}, times, {.d = 100});
        CHECK(mean_of(run, "curvature", 0, 40) == doctest::Approx(10.0).epsilon(0.01));
        CHECK(theory.at("curvature", 0) == doctest::Approx(10.0).epsilon(1e-4));
        CHECK(mean_of(run, "distance", 0, 40) == doctest::Approx(theory.at("distance", 0)).epsilon(0.12));
        if (one.B <= 16)
            CHECK(mean_of(run, "batch_sharpness_ratio", 0, 40) ==
                  doctest::Approx(theory.at("batch_sharpness_ratio", 0)).epsilon(0.02));
    }
}

TEST_CASE("edge: the reduced chain has the law of real vectors") {
    const auto problem = edge_problem(10.0, 20.0, 3, 0.8, 0.1);
    const std::vector<double> times{5.0, 50.0, 400.0, 1500.0};
    std::vector<cases::RouteSolution> runs;
    for (const char* method : {"direct", "reduced"})
        runs.push_back(cases::solve_route(edge_model::simulation_kind(), problem, {}, times,
                                          {.name = method, .method = method, .d = 20, .replicas = 400}));
    for (const char* what : {"curvature", "distance", "sharpness"})
        for (std::size_t time = 0; time < times.size(); ++time) {
            CAPTURE(what);
            CAPTURE(time);
            double mean[2] = {0, 0}, square[2] = {0, 0};
            for (std::size_t k = 0; k < 2; ++k)
                for (std::size_t replica = 0; replica < 400; ++replica) {
                    const double x = runs[k].trajectory.find(what)->at(replica, time)[0];
                    mean[k] += x / 400;
                    square[k] += x * x / 400;
                }
            const double error =
                std::sqrt((square[0] - mean[0] * mean[0] + square[1] - mean[1] * mean[1]) / 400);
            CHECK(std::abs(mean[0] - mean[1]) < 4.5 * error);
            CHECK(square[0] - mean[0] * mean[0] ==
                  doctest::Approx(square[1] - mean[1] * mean[1]).epsilon(0.5));
        }
    // On the way from curvature 1, whole curves.
    const auto rising = edge_problem(10.0, 100.0, 16, 0.9, 0.05);
    rising->curvature = 1.0;
    const std::vector<double> way{1500.0, 5000.0, 10000.0, 15000.0};
    const auto real = cases::solve_route(edge_model::simulation_kind(), rising, {}, way,
                                         {.name = "reduced", .method = "reduced", .d = 100, .replicas = 6});
    const auto theory = cases::solve_route(mean_square::edge_model_kind(), rising, {}, way, {.d = 100});
    for (std::size_t time = 0; time < way.size(); ++time)
        CHECK(mean_of(real, "curvature", time, time + 1) ==
              doctest::Approx(theory.at("curvature", time)).epsilon(0.01));
    // The population: the edge of plain and of heavy-ball steps, and no noise.
    const auto whole = edge_problem(10.0, 5.0, 0, 0.0, 0.02);
    const auto run = cases::solve_route(edge_model::simulation_kind(), whole, {}, {20000.0, 25000.0, 30000.0},
                                        {.name = "direct", .method = "direct", .d = 5, .replicas = 1});
    CHECK(mean_of(run, "curvature", 0, 3) == doctest::Approx(10.0).epsilon(0.02));
}

}  // namespace edge_tests
