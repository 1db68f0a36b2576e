#include <doctest/doctest.h>

#include <cmath>

#include "models/multi_index/flow.hpp"
#include "models/multi_index/stepping.hpp"
#include "multi_index_cases.hpp"
#include "public_values.hpp"

using namespace hidyn;
using namespace hidyn::multi_index;

namespace {

constexpr std::uint64_t d = 800;
constexpr std::size_t replicas = 12;

struct Prediction {
    const char* observable;
    std::size_t component;
    std::vector<double> predicted;  ///< at the grid's times
    double tolerance;               ///< of the prediction itself
};

// Means over replicas within four standard errors, the prediction's own tolerance and a shift of order 1/d;
// the constant is small against the deviations by which wrong drivers, times or factors would show.
void check(const std::shared_ptr<MultiIndex>& problem, const std::vector<double>& times,
           const std::vector<Prediction>& values) {
    problem->recording.grid = {.times = times, .unit = ""};
    const RouteInfo info{.name = "sim", .kind = "simulation", .d = d, .replicas = replicas, .seed = 1};
    const double steps = problem->steps_per_unit_time(static_cast<double>(d));
    const std::unique_ptr<Route> route =
        steps > 0.0 ? make_stepping(problem, 1.0 / steps, info) : make_flow(problem, 1e-5, info);
    const Trajectory found = cases::solve(*route, *problem, times).trajectory;
    for (const Prediction& value : values)
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
            const double deviation = mean - value.predicted[time];
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
    const std::vector<double> times{0.5, 1.0, 2.0, 4.0, 8.0};
    const auto sgd = cases::neuron("linear", Loss::square(), 2.0, 0.25, on_a_grid(Rule::sgd, 0.8, 0.1));
    sgd->recording.response_at = {0.0};
    check(sgd, times,
          {{"Q", 0, {1.02355, 1.03665, 1.054, 1.10119, 1.19162}, 1e-5},
           {"R", 0, {0.385271, 0.547612, 0.716839, 0.852017, 0.938624}, 1e-5},
           {"train_loss", 0, {0.618814, 0.42595, 0.256505, 0.156413, 0.118911}, 1e-5},
           {"response", 0, {0.732198, 0.531848, 0.32766, 0.168969, 0.0694801}, 1e-5}});
    const auto flow = cases::neuron("linear", Loss::square(), 2.0, 0.25,
                                    {.rule = Rule::gradient_flow, .learning_rate = 0.8});
    check(flow, times,
          {{"Q", 0, {0.687759, 0.684485, 0.786668, 0.937663, 1.08241}, 2e-4},
           {"R", 0, {0.373818, 0.535819, 0.709022, 0.848614, 0.937465}, 2e-4},
           {"train_loss", 0, {0.411557, 0.229022, 0.124574, 0.0814173, 0.0667936}, 2e-4}});
}

TEST_CASE("multi-index, public values P2: SGD on single samples is the Volterra equation") {
    const auto problem =
        cases::neuron("linear", Loss::square(), 0.5, 0.1, {.rule = Rule::sgd, .learning_rate = 0.6});
    check(problem, {0.5, 1.0, 2.0, 4.0},
          {{"Q", 0, {0.925791, 0.92928, 0.95851, 1.00695}, 2e-4},
           {"R", 0, {0.28229, 0.369491, 0.448319, 0.503311}, 2e-4},
           {"train_loss", 0, {0.342655, 0.163867, 0.0569673, 0.0141501}, 2e-4}});
}

TEST_CASE(
    "multi-index, public values P3 to P9: every driver, phase retrieval, logistic regression, a committee") {
    for (const cases::PublicCase& one : cases::public_cases()) {
        CAPTURE(one.name);
        std::vector<Prediction> values;
        for (const cases::PublicRow& row : one.rows)
            values.push_back({row.observable.c_str(), row.component, row.values, row.tolerance});
        check(one.problem(), one.times, values);
        if (one.name != "P8-extensive-batch") continue;
        // A batch of d / 4 = n / 8 samples is the Bernoulli driver with a step of 1/4.
        const auto driven = one.problem();
        driven->algorithm = on_a_grid(Rule::sgd, 3.0, 0.25, Jump::bernoulli);
        check(driven, one.times, values);
    }
}

TEST_CASE("multi-index, public values: the response of an erf unit to a field at t = 1") {
    const auto predicted = [](Rule rule, std::vector<double> values, double tolerance) {
        const auto problem =
            cases::neuron("erf", Loss::square(), 2.0, 0.1, on_a_grid(rule, 2.5, 0.1), 1.0, 0.2);
        problem->recording.response_at = {1.0};
        check(problem, {1.5, 2.5, 4.0}, {{"response", 0, std::move(values), tolerance}});
    };
    predicted(Rule::gradient_flow, {0.694, 0.388, 0.231}, 0.006);
    predicted(Rule::stochastic_modified_equation, {0.809, 0.552, 0.373}, 0.02);
    predicted(Rule::sgd, {0.812, 0.545, 0.362}, 0.012);
}
