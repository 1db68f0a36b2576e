// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "check_values.hpp"
#include "generalized_linear_cases.hpp"
#include "models/generalized_linear/declaration/separability.hpp"
#include "models/generalized_linear/simulation/separability.hpp"
#include "route_cases.hpp"
#include "solvers/fixed_point/generalized_linear.hpp"
#include "solvers/fixed_point/minimizer.hpp"
#include "solvers/fixed_point/separability.hpp"
#include "solvers/state_evolution/linear_parameters.hpp"
#include "solvers/state_evolution/sampled_samples.hpp"
#include "solvers/state_evolution/squared_samples.hpp"

namespace fixed_point_tests {

namespace cases = generalized_linear_cases;

using namespace hidyn;
using namespace hidyn::fixed_point;
using cases::LabelChannel;
using cases::Loss;
using cases::Rule;
using namespace hidyn::generalized_linear;

namespace {

std::shared_ptr<cases::GeneralizedLinear> logistic(double alpha, double T, double ridge,
                                                   LabelChannel channel = LabelChannel::logistic,
                                                   double Delta = 0.0) {
    return cases::regression(Loss::logistic(), channel, alpha, T, Delta,
                             {.learning_rate = 1.0, .ridge = ridge}, 10);
}

std::vector<std::string> complaints_about(const std::shared_ptr<cases::GeneralizedLinear>& problem,
                                          std::vector<double> times = {10}) {
    problem->recording.grid.times = std::move(times);
    Complaints complaints;
    const RouteKind kind = generalized_linear_kind();
    const Table table = cases::table_of(kind, {});
    const bool refused = kind.make({problem, table, {}, problem->recording.grid}, complaints) == nullptr;
    CHECK(refused == !complaints.empty());
    return complaints.sentences();
}

}  // namespace

TEST_CASE("fixed point: ridge regression, and the end of its path") {
    const auto problem = cases::regression(Loss::square(), LabelChannel::additive, 2.0, 1.0, 0.25,
                                           {.learning_rate = 0.15, .ridge = 0.3}, 400);
    const Minimizer found = minimizer_of(*problem);
    CHECK(found.m == doctest::Approx(0.8).epsilon(1e-12));
    CHECK(found.q == doctest::Approx(0.7764705882352941).epsilon(1e-12));
    CHECK(found.V == doctest::Approx(2.0 / 3.0).epsilon(1e-12));
    const Method method(problem->algorithm, 400);
    state_evolution::LinearParameters parameters(*problem, method);
    state_evolution::SquaredSamples samples(*problem, method);
    const state_evolution::Path path =
        state_evolution::evolve(401, 1e12, parameters, samples, [] { return true; });
    CHECK(path.train_loss[400] == doctest::Approx(found.train_loss).epsilon(1e-12));
    const state_evolution::Debiasing debiasing = state_evolution::debiasing_of(path);
    CHECK(debiasing.deviation[400] == doctest::Approx(std::sqrt(found.Sigma) / -found.tau).epsilon(1e-10));
    // Least squares: V = 1 / (alpha - 1), q = T + Delta / (alpha - 1).
    auto plain = *problem;
    plain.algorithm.ridge = 0.0;
    CHECK(minimizer_of(plain).V == doctest::Approx(1.0).epsilon(1e-12));
    CHECK(minimizer_of(plain).q == doctest::Approx(1.25).epsilon(1e-12));
}

TEST_CASE("fixed point: Sur and Candes's maximum likelihood, and logistic regression with a ridge") {
    const test::CheckValues known("fixed-point");
    const Minimizer mle = minimizer_of(*logistic(5.0, 5.0, 0.0));
    CHECK(mle.converged);
    CHECK(mle.m / 5.0 == known.approx("maximum-likelihood", "bias"));
    CHECK(std::sqrt(5.0 * (mle.q - mle.m * mle.m / 5.0)) == known.approx("maximum-likelihood", "deviation"));
    CHECK(mle.V == known.approx("maximum-likelihood", "V"));
    const Minimizer ridge = minimizer_of(*logistic(1.5, 4.0, 0.1));
    CHECK(ridge.m == known.approx("ridge", "m"));
    CHECK(ridge.q == known.approx("ridge", "q"));
    CHECK(ridge.V == known.approx("ridge", "V"));
}

TEST_CASE("fixed point: the path of gradient descent ends there, logistic and Huber") {
    const auto ends = [](const std::shared_ptr<cases::GeneralizedLinear>& problem, double tolerance) {
        const Method method(problem->algorithm, problem->steps());
        state_evolution::LinearParameters parameters(*problem, method);
        state_evolution::SampledSamples samples(*problem, method, {.points = 8192});
        const state_evolution::Path path =
            state_evolution::evolve(problem->steps() + 1, 1e12, parameters, samples, [] { return true; });
        const Minimizer found = minimizer_of(*problem);
        const auto last = static_cast<Eigen::Index>(problem->steps());
        CHECK(path.R.back() == doctest::Approx(found.m).epsilon(tolerance));
        CHECK(path.C(last, last) == doctest::Approx(found.q).epsilon(tolerance));
        CHECK(path.train_loss.back() == doctest::Approx(found.train_loss).epsilon(3.0 * tolerance));
    };
    auto ridge = logistic(1.5, 4.0, 0.1);
    ridge->algorithm.learning_rate = 2.0;
    ridge->recording.grid.times = {35};
    ends(ridge, 1e-3);
    ends(cases::regression(Loss::huber(1.0), LabelChannel::additive, 2.0, 1.0, 0.25,
                           {.rule = Rule::nesterov, .learning_rate = 0.2, .ridge = 0.2, .momentum = 0.5}, 40),
         2e-3);
}

TEST_CASE("fixed point: where logistic samples cannot be separated") {
    const teacher_student::Label label(cases::one_unit("linear"), LabelChannel::logistic, 0.0);
    const test::CheckValues known("fixed-point");
    const std::vector<double> T = known.numbers("separability.T");
    for (std::size_t k = 0; k < T.size(); ++k)
        CHECK(std::abs(separability_threshold(label, T[k]) -
                       known.numbers("separability.inverse_sample_ratio").at(k)) <
              known.number("separability.tolerance"));
    // Signs without noise always can be.
    const teacher_student::Label sign(cases::one_unit("linear"), LabelChannel::sign, 0.0);
    CHECK(separability_threshold(sign, 1.0) == 0.0);
}

TEST_CASE("fixed point: what has none is refused, with the reason") {
    CHECK(complaints_about(logistic(5.0, 5.0, 0.0)).empty());
    CHECK(complaints_about(logistic(5.0, 5.0, 0.0), {5, 10}).at(0).find("one, late enough") !=
          std::string::npos);
    CHECK(complaints_about(logistic(2.5, 4.0, 0.0)).at(0).find("must be more than 2.899") !=
          std::string::npos);
    CHECK(complaints_about(logistic(2.5, 4.0, 0.01)).empty());
    CHECK_FALSE(complaints_about(logistic(50.0, 1.0, 0.0, LabelChannel::sign)).empty());
    CHECK_FALSE(complaints_about(cases::regression(Loss::square(), LabelChannel::additive, 0.8, 1.0, 0.1,
                                                   {.learning_rate = 0.1}, 5))
                    .empty());
    CHECK_FALSE(complaints_about(cases::regression(Loss::square(), LabelChannel::additive, 2.0, 1.0, 0.1,
                                                   {.learning_rate = 0.1}, 5, "tanh"))
                    .empty());
}

TEST_CASE("fixed point: linear programs find the threshold of separability") {
    // Four samples in the plane, of which the last has no side that all are on.
    Samples samples(4, 2);
    const double rows[4][2] = {{1, 0}, {0, 1}, {1, 1}, {-1, -1}};
    for (std::size_t i = 0; i < 4; ++i) {
        std::copy_n(rows[i], 2, samples.rows.data() + i * samples.stride);
        samples.labels[i] = 1.0;
    }
    CHECK(separable(samples, 3));
    CHECK_FALSE(separable(samples, 4));
    samples.labels[3] = -1.0;
    CHECK(separable(samples, 4));

    // Shares of separable samples at gamma = 2.
    auto problem = std::make_shared<Separability>(
        SampleLoss(cases::one_unit("linear"), teacher_student::Loss::logistic()),
        Label(cases::one_unit("linear"), LabelChannel::logistic, 0.0));
    const auto number = [](double value) { return Eigen::MatrixXd::Constant(1, 1, value); };
    problem->initial = {.Q = number(0.0), .R = number(0.0), .T = number(4.0), .v = Eigen::VectorXd::Ones(1)};
    problem->recording.grid.times = {0.0};
    constexpr std::size_t replicas = 120;
    const auto run = cases::solve_route(separability_simulation(), problem, {{"d", std::int64_t{1}}}, {0.0},
                                        {.name = "sim", .d = 40, .replicas = replicas, .seed = 6});
    const auto share_above = [&](double alpha) {
        double share = 0.0;
        for (std::size_t replica = 0; replica < replicas; ++replica)
            share += run.trajectory.find("separable_ratio")->at(replica, 0)[0] > alpha ? 1.0 / replicas : 0.0;
        return share;
    };
    const test::CheckValues known("fixed-point");
    const std::vector<double> ratios = known.numbers("separable-shares.sample_ratio");
    for (std::size_t k = 0; k < ratios.size(); ++k) {
        const double share = known.numbers("separable-shares.share").at(k);
        CHECK(std::abs(share_above(ratios[k]) - share) <
              3.0 * std::sqrt(share * (1.0 - share) *
                              (1.0 / known.number("separable-shares.runs") + 1.0 / replicas)));
    }
    const auto limit = cases::solve_route(fixed_point::separability_kind(), problem, {}, {0.0});
    CHECK(limit.at("separable_ratio", 0) == known.approx("separable-ratio", "sample_ratio"));
}

}  // namespace fixed_point_tests
