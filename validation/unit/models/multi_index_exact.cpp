// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <functional>

#include "multi_index_cases.hpp"

namespace multi_index_exact_tests {

namespace cases = multi_index_cases;

using namespace hidyn;
using namespace hidyn::multi_index;
using cases::Plain;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr std::uint64_t d = 60;
const RouteInfo info{.name = "sim", .kind = "simulation", .d = d, .replicas = 2, .seed = 4};

cases::Solved solve(const std::shared_ptr<MultiIndex>& problem, std::vector<double> times,
                    double tolerance = 1e-9) {
    problem->recording.grid = {.times = times, .unit = ""};
    return cases::simulate(cases::simulation_of(problem, d, tolerance), *problem, info, std::move(times));
}

/// What replica 1 of a route learns from.
Plain replica_of(const MultiIndex& problem) {
    const Learner learner(problem, d,
                          {.seed = info.seed, .route = random::route_hash(info.name), .replica = 1}, 0.0);
    return {learner, static_cast<Index>(problem.teachers()), static_cast<Index>(d)};
}

/// Ridge regression on one data set solved through its eigenvectors: W(t) for any function of the
/// eigenvalues.
struct Exact {
    Plain plain;
    Eigen::SelfAdjointEigenSolver<MatrixXd> spectrum;  ///< of (d/n) X~^T X~ + rho, the curvature
    VectorXd force;                                    ///< (d/n) X~^T y
    double ridge;

    explicit Exact(const MultiIndex& problem) : plain(replica_of(problem)), ridge(problem.algorithm.ridge) {
        const double ratio = static_cast<double>(d) / static_cast<double>(plain.X.rows());
        MatrixXd curvature = ratio * plain.X.transpose() * plain.X;
        curvature.diagonal().array() += ridge;
        spectrum.compute(curvature);
        force = ratio * plain.X.transpose() * plain.y;
    }
    /// decay(mu): what is left of a deviation from the minimum along an eigenvector.
    template <class Decay>
    [[nodiscard]] VectorXd weights(Decay decay) const {
        const MatrixXd& U = spectrum.eigenvectors();
        const VectorXd start = U.transpose() * plain.W.row(0).transpose();
        const VectorXd pull = U.transpose() * force;
        VectorXd w(start.size());
        for (Index i = 0; i < w.size(); ++i) {
            const double mu = spectrum.eigenvalues()[i];
            w[i] = pull[i] / mu + decay(mu) * (start[i] - pull[i] / mu);
        }
        return U * w;
    }
    template <class Decay>
    [[nodiscard]] double response(Decay decay) const {
        return spectrum.eigenvalues().unaryExpr(decay).mean();
    }
    [[nodiscard]] double train_loss(const VectorXd& w) const {
        return 0.5 * (plain.X * w - plain.y).squaredNorm() / static_cast<double>(plain.X.rows());
    }
};

double at(const Trajectory& trajectory, const char* name, std::size_t time, std::size_t component = 0) {
    return trajectory.find(name)->at(1, time)[component];
}

void check_weights(const Exact& exact, const VectorXd& w, const Trajectory& found, std::size_t time,
                   double tolerance) {
    const double dimension = static_cast<double>(d);
    CHECK(at(found, "Q", time) == doctest::Approx(w.squaredNorm() / dimension).epsilon(tolerance));
    CHECK(at(found, "R", time) ==
          doctest::Approx(w.dot(exact.plain.teacher.row(0)) / dimension).epsilon(tolerance));
    CHECK(at(found, "train_loss", time) == doctest::Approx(exact.train_loss(w)).epsilon(tolerance));
    CHECK(at(found, "generalization_error", time) ==
          doctest::Approx((w.transpose() - exact.plain.teacher.row(0)).squaredNorm() / (2.0 * dimension))
              .epsilon(tolerance));
}

void check_two_time(const Trajectory& found, const std::vector<double>& times, double tolerance,
                    const std::function<VectorXd(double)>& weights_at) {
    for (std::size_t t = 0; t < times.size(); ++t)
        for (std::size_t s = 0; s < times.size(); ++s)
            CHECK(at(found, "C", t, s) ==
                  doctest::Approx(weights_at(times[t]).dot(weights_at(times[s])) / static_cast<double>(d))
                      .epsilon(tolerance));
}

}  // namespace

TEST_CASE("multi-index: gradient flow of ridge regression is the exact solution of its data set") {
    const std::vector<double> times{0.0, 0.3, 0.7, 1.5, 4.0};
    const std::vector<double> sources{0.0, 0.5, 0.7};
    for (const double tolerance : {1e-6, 1e-10}) {
        const auto problem = cases::neuron("linear", Loss::square(), 1.5, 0.2,
                                           {.rule = Rule::gradient_flow, .learning_rate = 0.8, .ridge = 0.3});
        problem->recording.two_time = true;
        problem->recording.response_at = sources;
        const Exact exact(*problem);
        const cases::Solved solved = solve(problem, times, tolerance);
        CHECK(solved.outcome.status == Status::complete);
        const auto weights_at = [&](double t) {
            return exact.weights([&](double mu) { return std::exp(-0.8 * mu * t); });
        };
        for (std::size_t time = 0; time < times.size(); ++time)
            check_weights(exact, weights_at(times[time]), solved.trajectory, time, 10.0 * tolerance);
        check_two_time(solved.trajectory, times, 10.0 * tolerance, weights_at);
        // The trace is measured with random signs, whose own error is sqrt(2 / d) |off-diagonal|.
        for (std::size_t source = 0; source < sources.size(); ++source)
            for (std::size_t time = 0; time < times.size(); ++time) {
                const double lag = times[time] - sources[source];
                const double found = at(solved.trajectory, "response", time, source);
                if (lag <= 0.0)
                    CHECK(found == 0.0);
                else
                    CHECK(std::abs(found - exact.response(
                                               [&](double mu) { return std::exp(-0.8 * mu * lag); })) < 0.1);
            }
    }
}

TEST_CASE("multi-index: the response is the trace of the propagator, exactly on its own signs") {
    // sigma^T exp(-eta (H + rho) (t - s)) sigma / d with the signs that the copy was given.
    const auto problem = cases::neuron("linear", Loss::square(), 1.5, 0.2,
                                       {.rule = Rule::gradient_flow, .learning_rate = 0.8, .ridge = 0.3});
    problem->recording.response_at = {0.5};
    const Exact exact(*problem);
    const cases::Solved solved = solve(problem, {0.5, 1.0, 2.0}, 1e-10);
    Weights weights(*problem, d, {.seed = info.seed, .route = random::route_hash(info.name), .replica = 1});
    weights.perturb();
    VectorXd signs(static_cast<Index>(d));
    for (Index j = 0; j < signs.size(); ++j)
        signs[j] = (weights.data()[weights.stride() + static_cast<std::size_t>(j)] - weights.data()[j]) * 1e4;
    CHECK((signs.cwiseAbs().array() - 1.0).abs().maxCoeff() < 1e-9);
    const VectorXd along = exact.spectrum.eigenvectors().transpose() * signs;
    for (const std::size_t time : {std::size_t{1}, std::size_t{2}}) {
        const double lag = time == 1 ? 0.5 : 1.5;
        const VectorXd decay = (-0.8 * lag * exact.spectrum.eigenvalues().array()).exp();
        CHECK(at(solved.trajectory, "response", time) ==
              doctest::Approx(along.cwiseAbs2().dot(decay) / static_cast<double>(d)).epsilon(1e-7));
    }
}

TEST_CASE("multi-index: gradient descent on ridge regression is the exact solution of its data set") {
    const std::vector<double> times{0.0, 0.2, 0.5, 1.0, 4.0};
    for (const Rule rule : {Rule::gradient_descent, Rule::gradient_flow}) {
        const auto problem =
            cases::neuron("linear", Loss::square(), 1.5, 0.2,
                          {.rule = rule, .learning_rate = 0.8, .ridge = 0.3, .time_step = 0.1});
        problem->recording.two_time = true;
        problem->recording.response_at = {0.2};
        const Exact exact(*problem);
        const cases::Solved solved = solve(problem, times);
        const auto weights_at = [&](double t) {
            return exact.weights([&](double mu) { return std::pow(1.0 - 0.08 * mu, std::round(10.0 * t)); });
        };
        for (std::size_t time = 0; time < times.size(); ++time)
            check_weights(exact, weights_at(times[time]), solved.trajectory, time, 1e-11);
        check_two_time(solved.trajectory, times, 1e-11, weights_at);
        // The field is part of step 2, so the weights have it after step 3: R_w(m + 1, m) = 1.
        CHECK(at(solved.trajectory, "response", 1) == 0.0);
        CHECK(std::abs(at(solved.trajectory, "response", 2) -
                       exact.response([](double mu) { return std::pow(1.0 - 0.08 * mu, 2); })) < 0.1);
    }
}

TEST_CASE(
    "multi-index: a field at a step is there in full after it, and grid times between steps see a part") {
    const auto problem =
        cases::pair("erf", cases::vector({1.0, 0.5}), 1.5, 0.1,
                    {.rule = Rule::gradient_descent, .learning_rate = 1.0, .time_step = 0.1});
    problem->recording.response_at = {0.2};
    const cases::Solved solved = solve(problem, {0.1, 0.2, 0.25, 0.3});
    for (const std::size_t k : {0U, 1U}) {
        CHECK(at(solved.trajectory, "response", 1, 3 * k) == 0.0);
        CHECK(at(solved.trajectory, "response", 2, 3 * k) == doctest::Approx(0.5).epsilon(1e-9));
        CHECK(at(solved.trajectory, "response", 3, 3 * k) == doctest::Approx(1.0).epsilon(1e-9));
    }
    // Off the diagonal two independent rows of signs do not quite cancel.
    CHECK(std::abs(at(solved.trajectory, "response", 3, 1)) < 4.5 / std::sqrt(static_cast<double>(d)));
}

TEST_CASE("multi-index: batches of the whole data set are gradient descent with an epoch as its step") {
    const double alpha = 0.5;
    const Algorithm descent{
        .rule = Rule::gradient_descent, .learning_rate = 0.9, .ridge = 0.1, .time_step = alpha};
    Algorithm sgd = descent;
    sgd.rule = Rule::sgd;
    sgd.time_step = {};
    sgd.batch.fraction = 1.0;
    const auto make = [&](const Algorithm& algorithm) {
        return cases::pair("tanh", cases::vector({1.0, 0.5}), alpha, 0.1, algorithm);
    };
    const std::vector<double> times{0.0, 0.5, 0.8, 5.0};
    const Trajectory one = solve(make(descent), times).trajectory;
    const Trajectory other = solve(make(sgd), times).trajectory;
    for (const char* name : {"Q", "R", "train_loss", "generalization_error"})
        for (std::size_t time = 0; time < times.size(); ++time)
            CHECK(at(one, name, time) == doctest::Approx(at(other, name, time)).epsilon(1e-11));
}

TEST_CASE("multi-index: short explicit steps approach the flow, at first order") {
    const auto error_of = [](std::optional<double> step) {
        const auto problem =
            cases::pair("erf", cases::vector({1.0, 0.5}), 1.5, 0.1,
                        {.rule = Rule::gradient_flow, .learning_rate = 1.5, .time_step = step});
        return at(solve(problem, {0.0, 2.0}).trajectory, "train_loss", 1);
    };
    const double flow = error_of({});
    const double coarse = error_of(0.02) - flow;
    const double fine = error_of(0.01) - flow;
    CHECK(std::abs(coarse) < 0.01 * flow);
    CHECK(coarse / fine == doctest::Approx(2.0).epsilon(0.02));
}

TEST_CASE("multi-index: at learning rate zero nothing moves") {
    for (const Rule rule :
         {Rule::sgd, Rule::gradient_descent, Rule::gradient_flow, Rule::stochastic_modified_equation})
        for (const bool grid : {false, true}) {
            if (!grid && (rule == Rule::gradient_descent || rule == Rule::stochastic_modified_equation))
                continue;
            Algorithm algorithm{.rule = rule, .learning_rate = 0.0, .ridge = 0.5};
            if (grid) algorithm.time_step = 0.25;
            const auto problem = cases::neuron("quadratic", Loss::square(0.5), 2.0, 0.1, algorithm);
            const Trajectory found = solve(problem, {0.0, 1.0, 2.0}).trajectory;
            for (std::size_t time = 0; time < 3; ++time) {
                CHECK(at(found, "Q", time) == doctest::Approx(1.0).epsilon(1e-12));
                CHECK(at(found, "R", time) == doctest::Approx(0.1).epsilon(1e-12));
                CHECK(at(found, "train_loss", time) == at(found, "train_loss", 0));
            }
        }
}

}  // namespace multi_index_exact_tests
