// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "multi_index_cases.hpp"
#include "multi_pass_values.hpp"

namespace multi_index_public_values_tests {

namespace cases = multi_index_cases;

using namespace hidyn;
using namespace hidyn::multi_index;

namespace {

constexpr std::uint64_t d = 800;
constexpr std::size_t replicas = 12;

// Until `end`; means over replicas within four standard errors, the prediction's own tolerance and a shift of
// order 1/d; the constant is small against the deviations by which wrong drivers, times or factors would
// show.
void check(const std::shared_ptr<MultiIndex>& problem, const std::string& name,
           const std::vector<std::string>& keys, double end = 1e9) {
    const hidyn::test::CheckValues known("multi-pass");
    std::vector<double> times = known.numbers(name + ".times");
    std::erase_if(times, [&](double time) { return time > end; });
    REQUIRE(!times.empty());
    problem->recording.grid = {.times = times, .unit = ""};
    const RouteInfo info{.name = "sim", .kind = "simulation", .d = d, .replicas = replicas, .seed = 1};
    const Trajectory found =
        cases::simulate(cases::simulation_of(problem, d, 1e-5), *problem, info, times).trajectory;
    for (const cases::PublicRow& value : cases::read_rows(known, name, keys))
        for (std::size_t time = 0; time < times.size(); ++time) {
            CAPTURE(value.observable);
            CAPTURE(times[time]);
            double mean = 0.0;
            double square = 0.0;
            const auto count = static_cast<double>(replicas);
            for (std::size_t replica = 0; replica < replicas; ++replica) {
                const double x = found.find(value.observable)->at(replica, time)[value.component];
                mean += x / count;
                square += x * x / count;
            }
            const double error = std::sqrt(std::max(0.0, square - mean * mean) / (count - 1.0));
            const double deviation = mean - value.values[time];
            CAPTURE(mean);
            CAPTURE(error);
            CAPTURE(deviation);
            CHECK(std::abs(deviation) <=
                  4.0 * error + value.tolerance + 3.0 * std::abs(mean) / static_cast<double>(d));
        }
}

Algorithm on_a_grid(Rule rule, double learning_rate, double step, Jump jump = Jump::poisson) {
    return {.rule = rule, .learning_rate = learning_rate, .time_step = step, .jump = jump};
}

}  // namespace

TEST_CASE("multi-index, public values P1: linear regression, SGD on a Poisson grid, the flow, the response") {
    const auto sgd = cases::neuron("linear", Loss::square(), 2.0, 0.25, on_a_grid(Rule::sgd, 0.8, 0.1));
    sgd->recording.response_at = {0.0};
    check(sgd, "P1-sgd", {"Q", "R", "train_loss", "response"});
    check(cases::neuron("linear", Loss::square(), 2.0, 0.25,
                        {.rule = Rule::gradient_flow, .learning_rate = 0.8}),
          "P1-flow", {"Q", "R", "train_loss"});
}

TEST_CASE("multi-index, public values P2: SGD on single samples is the Volterra equation") {
    check(cases::neuron("linear", Loss::square(), 0.5, 0.1, {.rule = Rule::sgd, .learning_rate = 0.6}),
          "P2-sgd", {"Q", "R", "train_loss"}, 4.0);
}

TEST_CASE(
    "multi-index, public values P3 to P9: every driver, phase retrieval, logistic regression, a committee") {
    for (const cases::PublicCase& one : cases::public_cases()) {
        CAPTURE(one.name);
        check(one.problem(), one.name, one.keys);
        if (one.name != "P8-extensive-batch") continue;
        // A batch of d / 4 = n / 8 samples is the Bernoulli driver with a step of 1/4.
        const auto driven = one.problem();
        driven->algorithm = on_a_grid(Rule::sgd, 3.0, 0.25, Jump::bernoulli);
        check(driven, one.name, one.keys);
    }
}

TEST_CASE("multi-index, public values: the response of an erf unit to a field at t = 1") {
    const auto check_rule = [](Rule rule, const std::string& name) {
        const auto problem =
            cases::neuron("erf", Loss::square(), 2.0, 0.1, on_a_grid(rule, 2.5, 0.1), 1.0, 0.2);
        problem->recording.response_at = {1.0};
        check(problem, name, {"response"});
    };
    check_rule(Rule::gradient_flow, "response-flow");
    check_rule(Rule::stochastic_modified_equation, "response-modified-equation");
    check_rule(Rule::sgd, "response-sgd");
}

}  // namespace multi_index_public_values_tests
