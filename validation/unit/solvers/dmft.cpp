// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <memory>

#include "math/matrices/pivoted_root.hpp"
#include "multi_pass_values.hpp"
#include "route_cases.hpp"
#include "solvers/dmft/events/events.hpp"
#include "solvers/dmft/multi_index/linear.hpp"
#include "solvers/dmft/multi_index/multi_index.hpp"
#include "solvers/dmft/multi_index/process_of.hpp"
#include "solvers/dmft/trajectories/trajectories.hpp"

namespace dmft_tests {

namespace cases = multi_index_cases;

using namespace hidyn;
using cases::Algorithm;
using cases::MultiIndex;
using cases::RouteSolution;
using cases::Rule;
using multi_index::Jump;

namespace {

RouteSolution dmft_of(const std::shared_ptr<MultiIndex>& problem, const std::map<std::string, Value>& keys,
                      std::vector<double> times) {
    RouteSolution solution = cases::solve_route(dmft::multi_index_kind(), problem, keys, std::move(times));
    REQUIRE(solution.outcome.status == Status::complete);
    return solution;
}

Value whole(std::int64_t number) {
    return number;
}
Value word(const char* text) {
    return std::string(text);
}

/// Two solutions of one problem by different methods agree within their Monte Carlo errors, everywhere.
void check_same(const RouteSolution& one, const RouteSolution& other, double largest_z) {
    for (const Series& series : one.trajectory.series) {
        const Series& same = *other.trajectory.find(series.observable.name);
        for (std::size_t point = 0; point < series.values.size(); ++point) {
            const double error =
                std::hypot(series.error[point], same.error.empty() ? 0.0 : same.error[point]);
            CAPTURE(series.observable.name);
            CAPTURE(point);
            CHECK(std::abs(series.values[point] - same.values[point]) <= largest_z * error + 1e-7);
        }
    }
}

}  // namespace

TEST_CASE("dmft: the public check values, by the method chosen for each") {
    for (const cases::PublicCase& one : cases::public_cases()) {
        CAPTURE(one.name);
        const RouteSolution found = dmft_of(one.problem(), {}, one.times);
        for (const cases::PublicRow& row : one.rows)
            for (std::size_t time = 0; time < one.times.size(); ++time) {
                CAPTURE(row.observable);
                CAPTURE(row.component);
                CAPTURE(one.times[time]);
                const double error = found.error_at(row.observable, time, row.component);
                CHECK(error < row.tolerance);
                CHECK(std::abs(found.at(row.observable, time, row.component) - row.values[time]) <
                      row.tolerance + 3.0 * error);
            }
    }
}

TEST_CASE("dmft: SGD by trajectories is SGD by events, for one student and two") {
    for (const char* name :
         {"P3-erf-sgd-poisson", "P8-extensive-batch", "P7-committee-sgd", "P5-logistic-sgd"})
        for (const cases::PublicCase& one : cases::public_cases()) {
            if (one.name != name) continue;
            CAPTURE(name);
            const auto problem = one.problem();
            const RouteSolution events =
                dmft_of(problem, {{"method", word("events")}, {"trajectories", whole(1500)}}, one.times);
            const RouteSolution trajectories = dmft_of(
                problem, {{"method", word("trajectories")}, {"trajectories", whole(1500)}}, one.times);
            // About 30 numbers, standard errors from 8 repeats.
            check_same(events, trajectories, 5.0);
        }
}

TEST_CASE("dmft: Monte Carlo meets the closed equations of the linear model, for every driver and method") {
    struct Case {
        Rule rule;
        Jump jump;
        const char* method;
    };
    for (const Case& one :
         {Case{Rule::gradient_descent, Jump::bernoulli, "trajectories"},
          Case{Rule::stochastic_modified_equation, Jump::bernoulli, "trajectories"},
          Case{Rule::sgd, Jump::poisson, "trajectories"}, Case{Rule::sgd, Jump::poisson, "events"},
          Case{Rule::sgd, Jump::bernoulli, "events"}}) {
        Algorithm algorithm{.rule = one.rule, .ridge = 0.2, .time_step = 0.1, .jump = one.jump};
        const auto problem = cases::linear(algorithm);
        CAPTURE(one.method);
        CAPTURE(static_cast<int>(one.rule));
        problem->recording = {.grid = {{0.5, 2.0, 5.0}, ""}, .two_time = true, .response_at = {1.0}};
        const std::vector<double> times{0.5, 2.0, 5.0};
        const RouteSolution exact = dmft_of(problem, {{"method", word("closed")}}, times);
        const RouteSolution sampled = dmft_of(problem, {{"method", word(one.method)}}, times);
        for (const char* name : {"Q", "R", "train_loss", "generalization_error", "C", "response"}) {
            const Series& series = *sampled.trajectory.find(name);
            const Series& truth = *exact.trajectory.find(name);
            for (std::size_t point = 0; point < series.values.size(); ++point) {
                CAPTURE(name);
                CHECK(std::abs(series.values[point] - truth.values[point]) <=
                      6.0 * series.error[point] + 1e-6);
            }
        }
        // Gradient descent is exact in R for any sample of trajectories: the start is moment-matched.
        if (one.rule == Rule::gradient_descent) CHECK(std::abs(sampled.at("R", 2) - exact.at("R", 2)) < 1e-9);
    }
}

TEST_CASE("dmft: the error of closed equations falls with the number of trajectories") {
    const auto problem = cases::linear({.rule = Rule::sgd, .time_step = 0.1});
    const RouteSolution exact = dmft_of(problem, {}, {4.0});
    double squares[2] = {0.0, 0.0};
    const std::int64_t sizes[2] = {500, 8000};
    for (std::size_t size = 0; size < 2; ++size)
        for (std::int64_t seed = 0; seed < 6; ++seed) {
            const RouteSolution sampled = dmft_of(problem,
                                                  {{"method", word("trajectories")},
                                                   {"trajectories", sizes[size]},
                                                   {"repeats", whole(2)},
                                                   {"seed", seed}},
                                                  {4.0});
            squares[size] += std::pow(sampled.at("Q", 0) - exact.at("Q", 0), 2);
        }
    // sqrt(16) = 4; six draws each tell the ratio to within a factor two.
    CHECK(std::sqrt(squares[0] / squares[1]) > 2.0);
    CHECK(std::sqrt(squares[0] / squares[1]) < 8.0);
}

TEST_CASE("dmft: the responses of flow, modified equation and SGD are the public ones") {
    const test::CheckValues known("multi-pass");
    for (const auto& [rule, name] : {std::pair{Rule::gradient_flow, "response-flow"},
                                     {Rule::stochastic_modified_equation, "response-modified-equation"},
                                     {Rule::sgd, "response-sgd"}}) {
        const std::vector<double> times = known.numbers(std::string(name) + ".times");
        const auto problem =
            cases::erf({.rule = rule, .learning_rate = 2.5, .time_step = 0.1, .jump = Jump::poisson});
        problem->recording = {.grid = {times, ""}, .two_time = false, .response_at = {1.0}};
        const RouteSolution found = dmft_of(problem, {}, times);
        for (const cases::PublicRow& row : cases::read_rows(known, name, {"response"}))
            for (std::size_t time = 0; time < times.size(); ++time)
                CHECK(std::abs(found.at(row.observable, time) - row.values.at(time)) < row.tolerance);
    }
}

TEST_CASE("dmft: SGD in continuous time by extrapolation") {
    const auto problem = cases::erf({.rule = Rule::sgd, .learning_rate = 3.0});
    const test::CheckValues known("multi-pass");
    const std::vector<double> times = known.numbers("P3-sgd-continuous.times");
    const RouteSolution found = dmft_of(problem, {}, times);
    for (const cases::PublicRow& row :
         cases::read_rows(known, "P3-sgd-continuous", {"train_loss", "generalization_error", "Q", "R"}))
        for (std::size_t time = 0; time < times.size(); ++time) {
            CAPTURE(row.observable);
            CHECK(std::abs(found.at(row.observable, time) - row.values.at(time)) < row.tolerance);
        }
}

TEST_CASE("dmft: flow depends on eta t and eta delta alone") {
    const RouteSolution fast =
        dmft_of(cases::erf({.rule = Rule::gradient_flow, .learning_rate = 3.0, .time_step = 0.1}), {}, {2.0});
    const RouteSolution slow =
        dmft_of(cases::erf({.rule = Rule::gradient_flow, .learning_rate = 1.0, .time_step = 0.3}), {}, {6.0});
    for (const char* name : {"Q", "R", "train_loss"})
        CHECK(std::abs(fast.at(name, 0) - slow.at(name, 0)) < 1e-9);
}

TEST_CASE("dmft: the same bytes from the same seed, other numbers from another") {
    const auto problem = cases::erf({.rule = Rule::sgd, .learning_rate = 3.0, .time_step = 0.2});
    const std::map<std::string, Value> keys{{"trajectories", whole(500)}};
    CHECK(dmft_of(problem, keys, {1.0}).at("Q", 0) == dmft_of(problem, keys, {1.0}).at("Q", 0));
    std::map<std::string, Value> other = keys;
    other["seed"] = whole(1);
    CHECK(dmft_of(problem, keys, {1.0}).at("Q", 0) != dmft_of(problem, other, {1.0}).at("Q", 0));
}

TEST_CASE("dmft: the same bytes wherever the memory lies") {
    const auto problem =
        cases::erf({.rule = Rule::stochastic_modified_equation, .learning_rate = 3.0, .time_step = 0.1});
    const std::map<std::string, Value> keys{{"trajectories", whole(2000)}, {"repeats", whole(2)}};
    const std::vector<double> times{1.0, 2.0, 3.0, 4.0};
    const RouteSolution first = dmft_of(problem, keys, times);
    std::vector<std::unique_ptr<char[]>> held;  // moves what is allocated after it
    for (std::size_t shift = 1; shift <= 8; ++shift) {
        CAPTURE(shift);
        for (std::size_t size = 8; size <= 20000; size += 16) held.push_back(std::make_unique<char[]>(size));
        const RouteSolution again = dmft_of(problem, keys, times);
        for (std::size_t one = 0; one < first.trajectory.series.size(); ++one)
            CHECK(again.trajectory.series[one].values == first.trajectory.series[one].values);
    }
}

TEST_CASE("dmft: a covariance's root skips directions that are not there") {
    // Three functions of time span a Gram matrix of ten times.
    Eigen::MatrixXd functions(10, 3);
    for (Eigen::Index t = 0; t < 10; ++t) {
        const double x = 0.1 * static_cast<double>(t);
        functions.row(t) << 1.0, x, x * x;
    }
    const dmft::RowMajor covariance = functions * functions.transpose();
    math::PivotedRoot root(10, 1e-6);
    std::size_t rank = 0;
    for (Eigen::Index t = 0; t < 10; ++t) rank += root.append(covariance.block(t, 0, 1, t + 1));
    CHECK(rank == root.rank());
    CHECK(root.rank() == 3);
    CHECK((root.factor() * root.factor().transpose() - covariance).cwiseAbs().maxCoeff() < 1e-6);
}

TEST_CASE("dmft: bad requests are refused in a sentence") {
    const RouteKind kind = dmft::multi_index_kind();
    const TimeGrid grid{.times = {0.0, 2.0}, .unit = ""};
    const auto complaint = [&](const std::shared_ptr<MultiIndex>& problem,
                               const std::map<std::string, Value>& keys) {
        Complaints complaints;
        const auto route = kind.make({problem, cases::table_of(kind, keys), {}, grid}, complaints);
        CHECK((route == nullptr) == !complaints.empty());
        return complaints.empty() ? std::string() : complaints.sentences().front();
    };
    const auto flow = [] { return cases::erf({.rule = Rule::gradient_flow, .learning_rate = 3.0}); };
    CHECK(complaint(flow(), {}).empty());
    CHECK(complaint(flow(), {{"time_step", 5.0}}).find("too coarse") != std::string::npos);
    CHECK(complaint(flow(), {{"method", word("events")}}).find("jumps of sgd") != std::string::npos);
    CHECK(complaint(flow(), {{"method", word("closed")}}).find("linear regression only") !=
          std::string::npos);
    CHECK(complaint(flow(), {{"trajectories", whole(100000000)}, {"tangent", word("exact")}}).find("GB") !=
          std::string::npos);
    // More steps than a whole number counts.
    CHECK(complaint(flow(), {{"time_step", 1e-30}}).find("GB") != std::string::npos);
    auto singular = cases::committee({.rule = Rule::gradient_flow, .learning_rate = 1.0});
    singular->initial.T = Eigen::MatrixXd::Ones(2, 2);
    CHECK(complaint(singular, {}).find("singular") != std::string::npos);
    auto own_step = cases::erf({.rule = Rule::gradient_descent, .learning_rate = 1.0, .time_step = 0.5});
    CHECK(complaint(own_step, {{"time_step", 0.1}}).find("step of its own") != std::string::npos);
    auto often = cases::erf({.rule = Rule::sgd, .learning_rate = 1e-4, .jump = Jump::poisson});
    often->algorithm.time_step = 499.0 * often->sample_ratio;
    CHECK(complaint(often, {{"trajectories", whole(64)}}).empty());
    often->algorithm.time_step = 501.0 * often->sample_ratio;
    CHECK(complaint(often, {{"trajectories", whole(64)}}).find("a mean of at most 500") != std::string::npos);
    auto kinked = cases::multi_index("relu", 1, cases::Loss::square(), cases::LabelChannel::additive, 0.0,
                                     2.0, {.rule = Rule::gradient_flow, .learning_rate = 1.0});
    cases::start_one(*kinked, 1.0, 0.2);
    CHECK(complaint(kinked, {}).find("second derivative") != std::string::npos);
}

}  // namespace dmft_tests
