// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <array>
#include <cmath>

#include "check_values.hpp"
#include "generalized_linear_cases.hpp"
#include "math/expression/multivariate.hpp"
#include "models/generalized_linear/declaration/spectra.hpp"
#include "models/generalized_linear/simulation/spectra.hpp"
#include "models/spectral/hessian.hpp"
#include "route_cases.hpp"
#include "solvers/equations/spectral/prediction.hpp"
#include "solvers/random_matrix/initial_hessian.hpp"

namespace hessian_tests {

namespace cases = generalized_linear_cases;

using namespace hidyn;
using namespace hidyn::generalized_linear;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using spectral::Prediction;
using spectral::WeightLaw;
using teacher_student::Loss;

namespace {

Prediction lowest(double alpha) {
    return spectral::predict_smallest(spectral::hessian_weights(1.0, 1.0, 1.0, 0.0), alpha);
}

struct Setting {
    double a = 1.0, alpha = 4.0, Q = 1.0, T = 1.0, Delta = 0.0;
};

std::shared_ptr<InitialHessian> hessian(const Setting& setting) {
    auto problem = std::make_shared<InitialHessian>(
        SampleLoss(cases::one_unit("linear"), Loss::square()),
        Label(cases::one_unit("linear"), LabelChannel::magnitude, setting.Delta));
    problem->sample_ratio = setting.alpha;
    problem->regularization = setting.a;
    const auto number = [](double value) { return MatrixXd::Constant(1, 1, value); };
    problem->initial = {
        .Q = number(setting.Q), .R = number(0.0), .T = number(setting.T), .v = VectorXd::Ones(1)};
    problem->recording.grid.times = {0.0};
    return problem;
}

}  // namespace

TEST_CASE("hessian: both edges of a bulk of equal weights are those of Marchenko and Pastur") {
    const WeightLaw ones{
        .probability = {1.0}, .weight = {1.0}, .square = {1.0}, .lowest = 1.0, .highest = 1.0};
    for (const double alpha : {0.5, 1.5, 4.0}) {
        const double root = 1.0 / std::sqrt(alpha);
        const Prediction upper = spectral::predict_largest(ones, alpha);
        CHECK(upper.edge == doctest::Approx((1.0 + root) * (1.0 + root)).epsilon(1e-9));
        CHECK(upper.leading_eigenvalue == upper.edge);
        CHECK(upper.squared_overlap == 0.0);
        // Fewer samples than dimensions leave eigenvalues at 0.
        const double lower = alpha < 1.0 ? 0.0 : (1.0 - root) * (1.0 - root);
        CHECK(spectral::predict_smallest(ones, alpha).edge == doctest::Approx(lower).epsilon(1e-8));
    }
}

TEST_CASE("hessian: the public check values") {
    const test::CheckValues known("spectral");
    const auto close = [&](const Prediction& found, const std::string& name) {
        const double tolerance = known.number(name + ".tolerance");
        CHECK(std::abs(found.edge - known.number(name + ".edge")) < tolerance);
        CHECK(std::abs(found.leading_eigenvalue - known.number(name + ".eigenvalue")) < tolerance);
        CHECK(std::abs(found.squared_overlap - known.number(name + ".squared_overlap")) < tolerance);
    };
    const auto bounded = spectral::Preprocessing::expression(
        math::MultivariateExpression::parse("(y^2 - 1) / (y^2 + 0.1)", {"y"}, 0));
    close(spectral::predict(bounded, 0.0, 2.0), "bounded");
    close(lowest(4.0), "hessian-at-four");
    const std::vector<double> ratios = known.numbers("hessian.sample_ratio");
    const double tolerance = known.number("hessian.tolerance");
    for (std::size_t k = 0; k < ratios.size(); ++k) {
        CAPTURE(ratios[k]);
        CHECK(std::abs(lowest(ratios[k]).leading_eigenvalue - known.numbers("hessian.eigenvalue").at(k)) <
              tolerance);
        CHECK(std::abs(lowest(ratios[k]).squared_overlap - known.numbers("hessian.squared_overlap").at(k)) <
              tolerance);
    }
}

TEST_CASE("hessian: the lowest eigenvector knows the signal from 1.1349 samples per dimension on") {
    double low = 1.0, high = 1.5;
    while (high - low > 1e-6) {
        const double middle = 0.5 * (low + high);
        (lowest(middle).squared_overlap > 0.0 ? high : low) = middle;
    }
    const test::CheckValues known("spectral");
    CHECK(std::abs(low - known.number("hessian-transition.sample_ratio")) <
          known.number("hessian-transition.tolerance"));
    // The outlier leaves the bulk smoothly.
    CHECK(lowest(low + 1e-3).leading_eigenvalue == doctest::Approx(lowest(low + 1e-3).edge).epsilon(1e-4));
}

TEST_CASE("hessian: the lowest pairs are those of the dense matrix") {
    for (const std::uint64_t d : {2, 3, 12, 17, 80}) {
        const auto problem = hessian({.a = 0.5, .alpha = 3.0});
        const random::StreamKey key{.seed = 7};
        const Signal signal = draw_signal(*problem, d, key);
        const Samples samples = draw_samples(*problem, d, signal, key);
        const auto size = static_cast<Eigen::Index>(d);
        const Eigen::Map<const VectorXd> start(signal.start.data(), size);
        MatrixXd H = MatrixXd::Zero(size, size);
        for (std::size_t i = 0; i < samples.count; ++i) {
            const Eigen::Map<const VectorXd> a(samples.row(i), size);
            const double lambda = a.dot(start);
            const double z = a.dot(Eigen::Map<const VectorXd>(signal.truth.data(), size));
            H += (3.0 * lambda * lambda - z * z) / (0.5 + z * z) * a * a.transpose() *
                 static_cast<double>(d) / static_cast<double>(samples.count);
        }
        const Eigen::SelfAdjointEigenSolver<MatrixXd> dense(H);
        const spectral::ExtremePairs found = lowest_pairs(*problem, samples, signal);
        CAPTURE(d);
        REQUIRE(found.converged);
        REQUIRE(found.values.size() == 2);
        for (Eigen::Index pair = 0; pair < found.values.size(); ++pair) {
            CHECK(found.values[pair] == doctest::Approx(dense.eigenvalues()[pair]).epsilon(1e-8));
            CHECK(std::abs(found.vectors.col(pair).dot(dense.eigenvectors().col(pair))) ==
                  doctest::Approx(1.0).epsilon(1e-8));
        }
    }
}

TEST_CASE("hessian: outliers of real matrices are those of the theory") {
    constexpr std::size_t replicas = 24;
    for (const Setting& setting : {Setting{.alpha = 4.0},
                                   {.alpha = 8.0},
                                   {.a = 0.3, .alpha = 5.0, .Q = 0.5, .T = 2.0, .Delta = 0.2}}) {
        const auto problem = hessian(setting);
        const auto theory = cases::solve_route(random_matrix::initial_hessian_kind(), problem, {}, {0.0});
        const auto run =
            cases::solve_route(initial_hessian_simulation(), problem, {{"d", std::int64_t{1}}}, {0.0},
                               {.name = "sim", .d = 400, .replicas = replicas, .seed = 3});
        for (const char* name : {"lowest_eigenvalue", "squared_overlap"}) {
            double mean = 0.0, square = 0.0;
            for (std::size_t replica = 0; replica < replicas; ++replica) {
                const double one = run.trajectory.find(name)->at(replica, 0)[0];
                mean += one / replicas;
                square += one * one / replicas;
            }
            const double error = std::sqrt((square - mean * mean) / (replicas - 1.0));
            CAPTURE(name);
            CAPTURE(setting.alpha);
            CAPTURE(error);
            CAPTURE(mean - theory.at(name, 0));
            CHECK(std::abs(mean - theory.at(name, 0)) < 4.0 * error + 1.0 / 400.0);
        }
    }
}

TEST_CASE("hessian: without an outlier the theory says nothing of single eigenvalues, but of the edge") {
    const auto problem = hessian({.alpha = 1.0});
    const auto theory = cases::solve_route(random_matrix::initial_hessian_kind(), problem, {}, {0.0});
    CHECK(std::isnan(theory.at("lowest_eigenvalue", 0)));
    CHECK(std::isnan(theory.at("squared_overlap", 0)));
    const double edge = test::CheckValues("spectral").numbers("hessian.eigenvalue").front();
    CHECK(theory.at("lower_edge", 0) == doctest::Approx(edge).epsilon(1e-3));
}

}  // namespace hessian_tests
