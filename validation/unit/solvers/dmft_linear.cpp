// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "multi_pass_values.hpp"
#include "route_cases.hpp"
#include "solvers/closed_form/linear_regression.hpp"
#include "solvers/dmft/multi_index/linear.hpp"
#include "solvers/dmft/multi_index/multi_index.hpp"
#include "solvers/dmft/multi_index/process_of.hpp"
#include "solvers/equations/linear_regression/linear_path.hpp"
#include "solvers/volterra/linear_regression.hpp"

namespace dmft_linear_tests {

namespace cases = multi_index_cases;

// Three theories of the linear model that share no formula: closed equations in time, the Marchenko-Pastur
// spectrum, the Volterra equation. Check values: data/check-values/multi-pass.toml.

using namespace hidyn;
using cases::Algorithm;
using cases::MultiIndex;
using cases::Rule;

namespace {

dmft::Solution closed(const MultiIndex& problem, double step, double end) {
    Progress unseen;
    return dmft::solve_linear(dmft::process_of(problem), problem.label.noise_variance(),
                              {.step = step, .steps = static_cast<std::size_t>(std::round(end / step))},
                              unseen);
}

const test::CheckValues& known() {
    static const test::CheckValues values("multi-pass");
    return values;
}

/// All that a case knows, found on a grid of step 0.1.
void check_closed(const dmft::Solution& solution, const std::string& name) {
    CAPTURE(name);
    const std::vector<double> times = known().numbers(name + ".times");
    for (const cases::PublicRow& row : cases::read_rows(known(), name, {"Q", "R", "train_loss", "response"}))
        for (std::size_t index = 0; index < times.size(); ++index) {
            CAPTURE(row.observable);
            CAPTURE(times[index]);
            const auto at = static_cast<std::size_t>(std::round(times[index] / 0.1));
            const double found = row.observable == "Q"   ? solution.kernels.Q(at)(0, 0)
                                 : row.observable == "R" ? solution.kernels.R(at)(0, 0)
                                 : row.observable == "train_loss"
                                     ? solution.train_loss[at]
                                     : solution.kernels.response()(static_cast<Eigen::Index>(at), 0);
            // To the digits printed; the tolerances of SGD are those of simulations.
            const double tolerance = known().number("P1-flow-step." + row.observable + ".tolerance");
            CHECK(std::abs(found - row.values[index]) < tolerance);
        }
}

const std::vector<double> times{0.5, 1.0, 2.0, 4.0, 8.0};

struct Continuous {
    const char* name;
    std::shared_ptr<MultiIndex> problem;
};

std::vector<Continuous> continuous_cases() {
    return {{"P1-flow", cases::linear({.rule = Rule::gradient_flow})},
            {"P1-sgd-continuous", cases::linear({.rule = Rule::sgd})},
            {"P2-flow", cases::overparametrised_linear({.rule = Rule::gradient_flow})},
            {"P2-sgd", cases::overparametrised_linear({.rule = Rule::sgd})}};
}

RouteKind exact_route(const MultiIndex& problem) {
    return problem.algorithm.rule == Rule::gradient_flow ? closed_form::linear_regression_kind()
                                                         : volterra::linear_regression_kind();
}

}  // namespace

TEST_CASE("dmft, linear: the closed equations meet the public values at their step") {
    check_closed(closed(*cases::linear({.rule = Rule::gradient_flow}), 0.1, 8.0), "P1-flow-step");
    check_closed(closed(*cases::linear({.rule = Rule::sgd, .jump = multi_index::Jump::poisson}), 0.1, 8.0),
                 "P1-sgd");
    const dmft::Solution bernoulli = closed(*cases::linear({.rule = Rule::sgd}), 0.1, 0.5);
    CHECK(std::abs(bernoulli.kernels.Q(5)(0, 0) - known().number("P1-sgd-bernoulli.Q.values")) <
          known().number("P1-sgd-bernoulli.Q.tolerance"));
}

TEST_CASE("dmft, linear: SGD with Poisson jumps and the modified equation are the same to all orders") {
    const dmft::Solution sgd =
        closed(*cases::linear({.rule = Rule::sgd, .jump = multi_index::Jump::poisson}), 0.1, 4.0);
    const dmft::Solution sme = closed(*cases::linear({.rule = Rule::stochastic_modified_equation}), 0.1, 4.0);
    const dmft::Solution flow = closed(*cases::linear({.rule = Rule::gradient_flow}), 0.1, 4.0);
    CHECK((sgd.kernels.correlation() - sme.kernels.correlation()).cwiseAbs().maxCoeff() < 1e-12);
    CHECK(std::abs(sgd.train_loss.back() - sme.train_loss.back()) < 1e-12);
    for (std::size_t m = 0; m <= 40; ++m)
        CHECK(std::abs(sgd.kernels.R(m)(0, 0) - flow.kernels.R(m)(0, 0)) < 1e-12);
    CHECK((sgd.kernels.response() - flow.kernels.response()).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("dmft, linear: nothing moves at rate zero, and flow depends on eta t and eta delta alone") {
    auto still = cases::linear({.rule = Rule::sgd});
    still->algorithm.learning_rate = 0.0;
    const dmft::Solution solution = closed(*still, 0.1, 2.0);
    CHECK(solution.kernels.Q(20)(0, 0) == 1.0);
    CHECK(solution.kernels.R(20)(0, 0) == 0.1);
    auto slow = cases::linear({.rule = Rule::gradient_flow});
    slow->algorithm.learning_rate = 0.4;
    CHECK(std::abs(closed(*slow, 0.2, 4.0).kernels.Q(20)(0, 0) -
                   closed(*cases::linear({.rule = Rule::gradient_flow}), 0.1, 2.0).kernels.Q(20)(0, 0)) <
          1e-12);
}

TEST_CASE(
    "dmft, linear: the closed equations are the Marchenko-Pastur average at every step, ridge and alpha") {
    struct Case {
        double alpha, ridge, step;
    };
    for (const Case& one : {Case{2.0, 0.0, 0.1}, Case{0.5, 0.3, 0.2}, Case{3.0, 0.5 / 3.0, 0.1},
                            Case{1.0, 0.1, 0.1}, Case{5.0, 0.0, 0.8}}) {
        const double step = one.step;
        CAPTURE(one.alpha);
        auto problem = cases::linear({.rule = Rule::gradient_descent});
        problem->sample_ratio = one.alpha;
        problem->algorithm.ridge = one.ridge;
        problem->algorithm.time_step = step;
        const closed_form::LinearPath path(*problem);
        const dmft::Solution solution = closed(*problem, step, 30.0 * step);
        for (const std::size_t m : {1, 5, 30}) {
            const auto kept = path.after_steps(static_cast<double>(m), step);
            CHECK(std::abs(solution.kernels.Q(m)(0, 0) - path.correlation(kept, kept)) < 1e-9);
            CHECK(std::abs(solution.kernels.R(m)(0, 0) - path.teacher_overlap(kept)) < 1e-9);
            CHECK(std::abs(2.0 * solution.train_loss[m] - path.residual(kept)) < 1e-9);
            CHECK(std::abs(solution.kernels.correlation()(static_cast<Eigen::Index>(m), 3) -
                           path.correlation(kept, path.after_steps(3.0, step))) < 1e-9);
        }
        CHECK(std::abs(solution.kernels.response()(30, 4) - path.response(path.after_steps(25.0, step))) <
              1e-9);
    }
}

TEST_CASE("linear regression: Marchenko-Pastur and Volterra meet the public values of continuous time") {
    for (const Continuous& one : continuous_cases()) {
        CAPTURE(one.name);
        const cases::RouteSolution solved =
            cases::solve_route(exact_route(*one.problem), one.problem, {}, times);
        REQUIRE(solved.outcome.status == Status::complete);
        REQUIRE(known().numbers(std::string(one.name) + ".times") == times);
        for (const cases::PublicRow& row : cases::read_rows(known(), one.name, {"Q", "R", "train_loss"}))
            for (std::size_t time = 0; time < times.size(); ++time) {
                CAPTURE(row.observable);
                CHECK(std::abs(solved.at(row.observable, time) - row.values[time]) < row.tolerance);
            }
    }
}

TEST_CASE("dmft, linear: extrapolation to vanishing step is as accurate as the route claims") {
    for (const Continuous& one : continuous_cases()) {
        CAPTURE(one.name);
        one.problem->recording = {.grid = {times, ""}, .two_time = true, .response_at = {0.5, 1.0}};
        const cases::RouteSolution exact =
            cases::solve_route(exact_route(*one.problem), one.problem, {}, times);
        const cases::RouteSolution dmft =
            cases::solve_route(dmft::multi_index_kind(), one.problem, {}, times);
        REQUIRE(dmft.outcome.status == Status::complete);
        for (const Series& series : exact.trajectory.series) {
            CAPTURE(series.observable.name);
            const Series& found = *dmft.trajectory.find(series.observable.name);
            REQUIRE(found.error.size() == series.values.size());
            double largest = 0.0;
            for (std::size_t point = 0; point < series.values.size(); ++point) {
                const double deviation = std::abs(found.values[point] - series.values[point]);
                largest = std::max(largest, deviation);
                // An estimate, not a bound; the largest of these 400 ratios is 1.08.
                CHECK(deviation <= 1.25 * found.error[point] + 1e-6);
            }
            CHECK(largest < 5e-3);
        }
    }
}

TEST_CASE("dmft, linear: a neuron with a second layer is not the model whose equations close") {
    // f = v lambda, f* = v lambda*: the dynamics is that of v = 1 at rate eta v^2 with noise Delta / v^2.
    const auto scaled = [](double v, double rate, double noise) {
        const auto g = math::Activation::named("linear");
        const auto link = cases::Link::units(g, Eigen::VectorXd::Constant(1, v));
        auto problem = std::make_shared<MultiIndex>(cases::SampleLoss{link, cases::Loss::square()},
                                                    cases::Label{link, cases::LabelChannel::additive, noise});
        problem->sample_ratio = 2.0;
        problem->algorithm = {.rule = Rule::gradient_descent, .learning_rate = rate, .time_step = 0.1};
        cases::start_one(*problem, 1.0, 0.1);
        return problem;
    };
    CHECK(scaled(1.0, 0.8, 0.25)->linear_regression());
    CHECK(!scaled(2.0, 0.2, 1.0)->linear_regression());
    const auto plain = cases::solve_route(dmft::multi_index_kind(), scaled(1.0, 0.8, 0.25), {}, {2.0});
    const auto twice = cases::solve_route(dmft::multi_index_kind(), scaled(2.0, 0.2, 1.0), {}, {2.0});
    CHECK(std::abs(twice.at("R", 0) - plain.at("R", 0)) < 1e-9);
    CHECK(std::abs(twice.at("Q", 0) - plain.at("Q", 0)) < 5.0 * twice.error_at("Q", 0));
    CHECK(std::abs(twice.at("train_loss", 0) - 4.0 * plain.at("train_loss", 0)) <
          5.0 * twice.error_at("train_loss", 0));
}

TEST_CASE("dmft, linear: an unstable step is told as divergence, with step and time") {
    auto problem = cases::linear({.rule = Rule::gradient_descent});
    problem->algorithm.learning_rate = 40.0;
    problem->algorithm.time_step = 0.1;
    const cases::RouteSolution solved =
        cases::solve_route(dmft::multi_index_kind(), problem, {}, {0.0, 1.0, 5.0});
    CHECK(solved.outcome.status == Status::diverged);
    CHECK(solved.outcome.detail.find("step") != std::string::npos);
    CHECK(std::isfinite(solved.at("Q", 0)));
    CHECK(std::isnan(solved.at("Q", 2)));
}

}  // namespace dmft_linear_tests
