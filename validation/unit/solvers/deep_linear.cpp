// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "check_values.hpp"
#include "math/integrator.hpp"
#include "models/deep_linear/declaration/declaration.hpp"
#include "models/deep_linear/deep_linear.hpp"
#include "models/deep_linear/simulation/network.hpp"
#include "route_cases.hpp"
#include "solvers/equations/deep_linear/mode_curves.hpp"
#include "solvers/modes/deep_linear.hpp"

namespace deep_linear_tests {

using namespace hidyn;
using namespace hidyn::deep_linear;
using Eigen::MatrixXd;

namespace {

std::shared_ptr<DeepLinear> network(std::size_t depth, std::vector<double> m, Start start,
                                    Rule rule = Rule::gradient_flow, double rate = 0.0) {
    auto problem = std::make_shared<DeepLinear>();
    problem->depth = depth;
    problem->strengths = std::move(m);
    problem->initial = std::move(start);
    problem->rule = rule;
    problem->learning_rate = rate;
    problem->hidden_ratio = 10.0 / 12.0;
    problem->output_ratio = 14.0 / 12.0;
    return problem;
}

cases::RouteSolution modes_of(const std::shared_ptr<DeepLinear>& problem, const std::vector<double>& times) {
    return cases::solve_route(modes::deep_linear_kind(), problem, {}, times,
                              {.replicas = problem->initial.replicas});
}

cases::RouteSolution weights_of(const std::shared_ptr<DeepLinear>& problem, std::uint64_t d,
                                const std::vector<double>& times, std::size_t replicas = 1) {
    return cases::solve_route(simulation_kind(), problem, {{"d", std::int64_t{1}}}, times,
                              {.name = "sim", .d = d, .replicas = replicas});
}

}  // namespace

TEST_CASE("deep linear: the public check values of single modes") {
    const test::CheckValues known("deep-linear");
    const auto check = [&](const std::string& name, const std::string& where, const std::string& value,
                           const auto& computed) {
        const std::vector<double> at = known.numbers(name + where);
        const std::vector<double> expected = known.numbers(name + value);
        REQUIRE(at.size() == expected.size());
        for (std::size_t k = 0; k < at.size(); ++k) {
            CAPTURE(name);
            CHECK(std::abs(computed(at[k]) - expected[k]) < known.number(name + ".tolerance"));
        }
    };
    check("two-layers", ".times", ".strength", [](double t) { return modes::balanced(2.0, 0.01, 2, t); });
    check("three-layers", ".times", ".strength", [](double t) { return modes::balanced(2.0, 0.01, 3, t); });
    check("four-layers", ".shares", ".time",
          [](double share) { return modes::hitting_time(2.0, 0.01, 2.0 * share, 4); });
    for (const auto& [a, b] : {std::pair{0.1, 0.5}, {0.5, 0.1}, {-0.1, -0.5}})
        check("unbalanced", ".times", ".strength",
              [first = a, second = b](double t) { return modes::unbalanced(2.0, first, second, t); });
}

TEST_CASE("deep linear: closed forms solve their equation, from below and above, at any depth") {
    for (const std::size_t depth : {1, 2, 3, 4, 5, 8})
        for (const double start : {0.05, 0.9, 1.7}) {
            const auto L = static_cast<double>(depth);
            const double m = 1.3;
            std::vector<double> found;
            const math::Integration problem{
                .derivative = [&](const math::State& s, math::State& ds,
                                  double) { ds[0] = L * std::pow(s[0], 2.0 - 2.0 / L) * (m - s[0]); },
                .record = [&](std::size_t, const math::State& s) { found.push_back(s[0]); },
                .relative_tolerance = 1e-12,
                .absolute_tolerance = 1e-13};
            const std::vector<double> times{0.1, 0.7, 2.0, 6.0};
            Progress progress;
            REQUIRE(math::integrate(problem, {start}, times, progress).status == Status::complete);
            for (std::size_t k = 0; k < times.size(); ++k) {
                CAPTURE(depth);
                CAPTURE(start);
                CHECK(std::abs(modes::balanced(m, start, depth, times[k]) - found[k]) < 1e-9);
            }
        }
}

TEST_CASE("deep linear: descent is the gradient of the loss") {
    const auto problem = network(3, {2.0, 1.0}, {.kind = StartKind::random, .scale = 0.8, .size = 5});
    Network at(problem->weights(5, 0));
    const std::vector<MatrixXd> descent = at.backward(problem->teacher(5) - at.product());
    const std::vector<double> packed = at.packed();
    const auto loss = [&](const std::vector<double>& state) {
        Network moved(problem->weights(5, 0));
        moved.unpack(state);
        return 0.5 * (moved.product() - problem->teacher(5)).squaredNorm();
    };
    std::size_t place = 0;
    for (const MatrixXd& layer : descent)
        for (Eigen::Index i = 0; i < layer.size(); ++i, ++place) {
            std::vector<double> up = packed;
            std::vector<double> down = packed;
            up[place] += 1e-5;
            down[place] -= 1e-5;
            CHECK(layer.data()[i] == doctest::Approx(-(loss(up) - loss(down)) / 2e-5).epsilon(1e-6));
        }
}

TEST_CASE("deep linear: aligned matrices are their modes, in flows and in steps") {
    const std::vector<double> m{3.0, 2.0, 1.0, 0.5};
    const std::vector<double> times{0.0, 0.5, 1.3, 3.0, 8.0};
    for (const std::size_t depth : {1, 2, 3, 4}) {
        const Start start{.strengths = std::vector<double>(4, 0.05)};
        for (const Rule rule : {Rule::gradient_flow, Rule::gradient_descent}) {
            const auto problem = network(depth, m, start, rule, 0.01);
            const auto theory = modes_of(problem, times);
            const auto real = weights_of(problem, 12, times);
            for (std::size_t t = 0; t < times.size(); ++t) {
                CAPTURE(depth);
                CAPTURE(t);
                for (std::size_t k = 0; k < 4; ++k)
                    CHECK(std::abs(real.at("mode_strength", t, k) - theory.at("mode_strength", t, k)) < 1e-7);
                CHECK(std::abs(real.at("generalization_error", t) - theory.at("generalization_error", t)) <
                      1e-6);
                CHECK(real.at("off_diagonal", t) < 1e-7);
            }
        }
    }
    // Two layers that are not balanced.
    for (const Rule rule : {Rule::gradient_flow, Rule::gradient_descent}) {
        const auto problem =
            network(2, {2.0, 1.0}, {.kind = StartKind::unbalanced, .first = {0.1, 0.7}, .second = {0.5, 0.2}},
                    rule, 0.01);
        const auto theory = modes_of(problem, times);
        const auto real = weights_of(problem, 12, times);
        for (std::size_t t = 0; t < times.size(); ++t) {
            for (std::size_t k = 0; k < 2; ++k)
                CHECK(std::abs(real.at("mode_strength", t, k) - theory.at("mode_strength", t, k)) < 1e-7);
            CHECK(std::abs(real.at("imbalance", t) - theory.at("imbalance", t)) < 1e-7);
        }
    }
}

TEST_CASE("deep linear: steps approach the flow at first order, as published") {
    const test::CheckValues known("deep-linear");
    const std::vector<double> rates = known.numbers("steps-against-flow.learning_rates");
    std::vector<double> times;
    for (int k = 0; k <= 160; ++k) times.push_back(0.05 * k);
    const Start start{.strengths = std::vector<double>(4, 0.05)};
    const auto flow = modes_of(network(2, {3, 2, 1, .5}, start), times);
    for (std::size_t one = 0; one < rates.size(); ++one) {
        const auto steps =
            modes_of(network(2, {3, 2, 1, .5}, start, Rule::gradient_descent, rates[one]), times);
        double largest = 0.0;
        for (std::size_t t = 0; t < times.size(); ++t)
            for (std::size_t k = 0; k < 4; ++k)
                largest = std::max(
                    largest, std::abs(steps.at("mode_strength", t, k) - flow.at("mode_strength", t, k)));
        CHECK(largest == known.approx("steps-against-flow", "deviation", one));
    }
}

TEST_CASE("deep linear: Gram and Schmidt's rule for small random weights") {
    MatrixXd first(3, 3), second(3, 3);
    first << .001, .0005, 0, 0, .001, .0004, .0003, 0, -.001;
    second << .001, 0, .0004, .0002, -.0008, 0, .0003, .0005, .001;
    const std::vector<double> starts = modes::effective_starts({first, second}, 2);
    const test::CheckValues known("deep-linear");
    for (std::size_t k = 0; k < 2; ++k) CHECK(starts[k] == known.approx("small-start", "starts", k));
    // The deviation falls with the weights, as published: 1.5e-5 is the median of the largest at scale 1e-3.
    std::vector<double> times;
    for (int k = 0; k <= 60; ++k) times.push_back(0.25 * k);
    std::vector<double> worst;
    for (const double scale : {1e-2, 1e-3, 1e-4}) {
        auto problem =
            network(2, {4, 2, 1}, {.kind = StartKind::random, .scale = scale, .size = 20, .replicas = 6});
        problem->hidden_ratio = problem->output_ratio = 1.0;
        const auto theory = modes_of(problem, times);
        const auto real = weights_of(problem, 20, times, 6);
        double largest = 0.0;
        for (std::size_t replica = 0; replica < 6; ++replica)
            for (std::size_t t = 0; t < times.size(); ++t)
                for (std::size_t k = 0; k < 3; ++k)
                    largest = std::max(largest,
                                       std::abs(real.trajectory.find("mode_strength")->at(replica, t)[k] -
                                                theory.trajectory.find("mode_strength")->at(replica, t)[k]));
        worst.push_back(largest);
    }
    CHECK(worst[0] < 2e-3);
    CHECK(worst[1] < 2e-4);
    CHECK(worst[2] < 2e-5);
    CHECK(worst[0] > 5.0 * worst[1]);
}

}  // namespace deep_linear_tests
