// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "against_theory.hpp"
#include "check_values.hpp"
#include "generalized_linear_cases.hpp"
#include "math/expression/multivariate.hpp"
#include "models/generalized_linear/declaration/spectra.hpp"
#include "models/generalized_linear/simulation/samples.hpp"
#include "models/generalized_linear/spectral_estimator.hpp"
#include "route_cases.hpp"
#include "solvers/bayes_optimal/generalized_linear.hpp"
#include "solvers/equations/spectral/prediction.hpp"

namespace spectral_tests {

namespace cases = generalized_linear_cases;

using namespace hidyn;
using namespace hidyn::generalized_linear;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using spectral::Prediction;
using spectral::Preprocessing;
using teacher_student::Loss;

namespace {

Preprocessing expression(const char* text) {
    return Preprocessing::expression(math::MultivariateExpression::parse(text, {"y"}, 0));
}

template <class Kind>
std::shared_ptr<Kind> phase_retrieval(const Preprocessing& preprocessing, double alpha, double Delta) {
    auto problem = std::make_shared<Kind>(SampleLoss(cases::one_unit("linear"), Loss::square()),
                                          Label(cases::one_unit("linear"), LabelChannel::magnitude, Delta));
    problem->sample_ratio = alpha;
    const Prediction prediction = spectral::predict(preprocessing, Delta, alpha);
    const auto number = [](double value) { return MatrixXd::Constant(1, 1, value); };
    const MatrixXd q = number(prediction.squared_overlap);
    problem->initial = {.Q = q, .R = q, .T = number(1.0), .v = VectorXd::Ones(1)};
    problem->spectral = SpectralStart{preprocessing, prediction};
    problem->recording.grid.times = {0.0};
    return problem;
}

}  // namespace

TEST_CASE("spectral: the public check values") {
    const test::CheckValues known("spectral");
    const auto check = [&](const std::string& name, const auto& preprocessing, const auto& compare) {
        const std::vector<double> ratios = known.numbers(name + ".sample_ratio");
        for (std::size_t k = 0; k < ratios.size(); ++k) {
            CAPTURE(name);
            CAPTURE(ratios[k]);
            compare(spectral::predict(preprocessing(ratios[k]), 0.0, ratios[k]), name, k);
        }
    };
    const auto close = [&](const Prediction& found, const std::string& name, std::size_t k) {
        CHECK(found.squared_overlap == known.approx(name, "squared_overlap", k));
        CHECK(found.leading_eigenvalue == known.approx(name, "eigenvalue", k));
    };
    check(
        "mondelli-montanari", [](double alpha) { return Preprocessing::mondelli_montanari(alpha); }, close);
    check(
        "trimmed", [](double) { return Preprocessing::trimmed(3.0); }, close);
    check(
        "optimal", [](double) { return Preprocessing::optimal(0.0, -50.0); },
        [&](const Prediction& found, const std::string& name, std::size_t k) {
            CHECK(std::abs(found.squared_overlap - known.numbers(name + ".squared_overlap").at(k)) <
                  known.number(name + ".tolerance"));
        });
}

TEST_CASE("spectral: the optimal preprocessing has an overlap from half a sample per dimension on") {
    const Preprocessing optimal = Preprocessing::optimal(0.0, -1e4);
    CHECK(spectral::predict(optimal, 0.0, 0.49).squared_overlap == 0.0);
    CHECK(spectral::predict(optimal, 0.0, 0.52).squared_overlap > 1e-3);
    CHECK(spectral::weak_recovery_ratio(0.0) == 0.5);
    // Noise moves the transition.
    const double Delta = 0.4;
    const double threshold = spectral::weak_recovery_ratio(Delta);
    const Preprocessing noisy = Preprocessing::optimal(Delta, -1e4);
    CHECK(spectral::predict(noisy, Delta, 0.98 * threshold).squared_overlap == 0.0);
    CHECK(spectral::predict(noisy, Delta, 1.05 * threshold).squared_overlap > 1e-3);
    // No other has more.
    for (const double alpha : {0.8, 1.5, 3.0})
        for (const Preprocessing& other : {Preprocessing::trimmed(2.0), Preprocessing::trimmed(3.0),
                                           Preprocessing::subset(1.5), expression("tanh(y^2 - 1)")})
            CHECK(spectral::predict(optimal, 0.0, alpha).squared_overlap >=
                  spectral::predict(other, 0.0, alpha).squared_overlap);
}

TEST_CASE("spectral: an expression is the function it spells, jumps included") {
    for (const double alpha : {1.0, 2.0, 4.0}) {
        const Prediction named = spectral::predict(Preprocessing::trimmed(3.0), 0.0, alpha);
        const Prediction spelled = spectral::predict(expression("y^2 * (1 + sign(9 - y^2)) / 2"), 0.0, alpha);
        CHECK(spelled.squared_overlap == doctest::Approx(named.squared_overlap).epsilon(1e-3));
        CHECK(spelled.leading_eigenvalue == doctest::Approx(named.leading_eigenvalue).epsilon(1e-3));
    }
    CHECK_FALSE(expression("y^2").supremum());
    CHECK_FALSE(expression("log(1 + y^2)").supremum());
    CHECK(expression("min(y^2, 9)").supremum().value() == doctest::Approx(9.0));
    CHECK(expression("(y^2 - 1) / (y^2 + 1)").supremum().value() == doctest::Approx(1.0));
}

TEST_CASE("spectral: the leading pair is that of the dense matrix") {
    const auto problem = phase_retrieval<SpectralEstimator>(Preprocessing::optimal(0.0, -50.0), 2.0, 0.0);
    const random::StreamKey key{.seed = 4};
    const Signal signal = draw_signal(*problem, 90, key);
    const Samples samples = draw_samples(*problem, 90, signal, key);
    MatrixXd M = MatrixXd::Zero(90, 90);
    for (std::size_t i = 0; i < samples.count; ++i) {
        const Eigen::Map<const VectorXd> a(samples.row(i), 90);
        const double y = samples.labels[i];
        M += std::max(1.0 - 1.0 / (y * y), -50.0) * a * a.transpose() * 90.0 /
             static_cast<double>(samples.count);
    }
    const Eigen::SelfAdjointEigenSolver<MatrixXd> dense(M);
    const SampleSpectrum found = leading_direction(*problem, samples);
    REQUIRE(found.leading.converged);
    CHECK(found.leading.value == doctest::Approx(dense.eigenvalues()[89]).epsilon(1e-9));
    CHECK(std::abs(found.leading.vector.dot(dense.eigenvectors().col(89))) ==
          doctest::Approx(1.0).epsilon(1e-9));
}

TEST_CASE("spectral: eigenvectors of real matrices approach the prediction") {
    const auto mean_of = [](const std::shared_ptr<SpectralEstimator>& problem, std::uint64_t d) {
        const auto run =
            cases::solve_route(spectral_estimator_simulation(), problem, {{"d", std::int64_t{1}}}, {0.0},
                               {.name = "sim", .d = d, .replicas = 16, .seed = 2});
        double overlap = 0.0, eigenvalue = 0.0, square = 0.0;
        for (std::size_t replica = 0; replica < 16; ++replica) {
            const double one = run.trajectory.find("squared_overlap")->at(replica, 0)[0];
            overlap += one / 16.0;
            square += one * one / 16.0;
            eigenvalue += run.trajectory.find("leading_eigenvalue")->at(replica, 0)[0] / 16.0;
        }
        return std::array<double, 3>{overlap, eigenvalue, std::sqrt((square - overlap * overlap) / 15.0)};
    };
    struct Case {
        Preprocessing preprocessing;
        double alpha, Delta;
    };
    for (const Case& one :
         {Case{Preprocessing::optimal(0.0, -50.0), 2.0, 0.0},
          Case{Preprocessing::mondelli_montanari(2.0), 2.0, 0.0}, Case{Preprocessing::trimmed(3.0), 4.0, 0.0},
          Case{Preprocessing::subset(1.5), 3.0, 0.0}, Case{Preprocessing::optimal(0.3, -50.0), 3.0, 0.3}}) {
        const auto problem = phase_retrieval<SpectralEstimator>(one.preprocessing, one.alpha, one.Delta);
        const Prediction& expected = problem->spectral->prediction;
        const auto [overlap, eigenvalue, error] = mean_of(problem, 600);
        CAPTURE(one.alpha);
        CHECK(std::abs(overlap - expected.squared_overlap) < 4.0 * error + 5.0 / 600.0);
        CHECK(eigenvalue == doctest::Approx(expected.leading_eigenvalue).epsilon(0.03));
    }
    // Below the transition nothing is left but chance, of order d^-2/3 or less.
    const auto below = phase_retrieval<SpectralEstimator>(Preprocessing::trimmed(3.0), 1.0, 0.0);
    CHECK(mean_of(below, 400)[0] < 0.15);
    CHECK(mean_of(below, 1600)[0] < mean_of(below, 200)[0]);
}

TEST_CASE(
    "spectral: message passing from the leading eigenvector follows the recursion from the first step") {
    for (const Preprocessing& preprocessing :
         {Preprocessing::optimal(0.0, -50.0), Preprocessing::mondelli_montanari(1.5)}) {
        auto problem = phase_retrieval<GeneralizedLinear>(preprocessing, 1.5, 0.0);
        const double q = problem->Q0();
        problem->algorithm.rule = Rule::amp;
        problem->algorithm.knowledge = Knowledge{.signal = {},
                                                 .T = 1.0,
                                                 .channel = {.channel = LabelChannel::magnitude},
                                                 .start_variance = 1.0 - q};
        problem->recording.grid.times = {0, 1, 2, 5, 10, 20};
        const auto limit = cases::solve_route(bayes_optimal::generalized_linear_kind(), problem, {},
                                              problem->recording.grid.times);
        const auto run = cases::solve_route(
            simulation_kind(), problem, {{"d", std::int64_t{1}}, {"inference", true}},
            problem->recording.grid.times, {.name = "sim", .d = 1500, .replicas = 12, .seed = 8});
        for (std::size_t time = 0; time < 6; ++time)
            for (const char* name : {"R", "test_loss_estimate"}) {
                double mean = 0.0, square = 0.0;
                for (std::size_t replica = 0; replica < 12; ++replica) {
                    const double one = run.trajectory.find(name)->at(replica, time)[0];
                    mean += one / 12.0;
                    square += one * one / 12.0;
                }
                const double error = std::sqrt((square - mean * mean) / 11.0);
                CAPTURE(name);
                CAPTURE(time);
                CAPTURE(mean);
                CHECK(std::abs(mean - limit.at(name, time)) < 4.0 * error + 0.012);
            }
    }
}

}  // namespace spectral_tests
