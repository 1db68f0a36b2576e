#include <doctest/doctest.h>

#include <cmath>

#include "models/multi_index/flow.hpp"
#include "models/multi_index/stepping.hpp"
#include "multi_index_cases.hpp"

using namespace hidyn;
using namespace hidyn::multi_index;

namespace {

constexpr std::uint64_t d = 800;
constexpr std::size_t replicas = 12;

struct Value {
    const char* observable;
    std::size_t component;
    std::vector<double> predicted;  ///< at the grid's times
    double tolerance;               ///< of the prediction itself
};

// Means over replicas within four standard errors, the prediction's own tolerance and a shift of order 1/d;
// the constant is small against the deviations by which wrong drivers, times or factors would show.
void check(const std::shared_ptr<MultiIndex>& problem, const std::vector<double>& times,
           const std::vector<Value>& values) {
    problem->recording.grid = {.times = times, .unit = ""};
    const RouteInfo info{.name = "sim", .kind = "simulation", .d = d, .replicas = replicas, .seed = 1};
    const double steps = problem->steps_per_unit_time(static_cast<double>(d));
    const std::unique_ptr<Route> route =
        steps > 0.0 ? make_stepping(problem, 1.0 / steps, info) : make_flow(problem, 1e-5, info);
    const Trajectory found = cases::solve(*route, *problem, times).trajectory;
    for (const Value& value : values)
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

TEST_CASE("multi-index, public values P3, P6 and P8: one erf unit under every driver") {
    const std::vector<double> times{1.0, 2.0, 4.0, 6.0};
    const auto make = [](const Algorithm& algorithm) {
        return cases::neuron("erf", Loss::square(), 2.0, 0.1, algorithm, 1.0, 0.2);
    };
    check(make(on_a_grid(Rule::gradient_flow, 3.0, 0.1)), times,
          {{"train_loss", 0, {0.0636889, 0.0392067, 0.0297904, 0.0272638}, 0.001},
           {"generalization_error", 0, {0.0918197, 0.0595858, 0.0462177, 0.0449979}, 0.001},
           {"Q", 0, {0.794641, 0.851074, 0.984624, 1.09396}, 0.0074},
           {"R", 0, {0.644148, 0.76179, 0.864361, 0.919432}, 0.0029}});
    check(make(on_a_grid(Rule::stochastic_modified_equation, 3.0, 0.1)), times,
          {{"train_loss", 0, {0.172134, 0.122341, 0.0814722, 0.0656114}, 0.0018},
           {"generalization_error", 0, {0.180466, 0.142026, 0.106232, 0.0913744}, 0.0017},
           {"Q", 0, {1.49346, 1.64715, 1.77569, 1.8439}, 0.02},
           {"R", 0, {0.658691, 0.841682, 1.0078, 1.08214}, 0.0049}});
    check(make(on_a_grid(Rule::sgd, 3.0, 0.1)), times,
          {{"train_loss", 0, {0.174448, 0.12421, 0.0844575, 0.0685812}, 0.001},
           {"generalization_error", 0, {0.178059, 0.140225, 0.107266, 0.0936822}, 0.001},
           {"Q", 0, {1.65951, 1.91793, 2.10724, 2.1696}, 0.0089},
           {"R", 0, {0.723349, 0.941056, 1.11996, 1.18849}, 0.0029}});
    check(make(on_a_grid(Rule::gradient_descent, 2.0, 1.0)), {1.0, 2.0, 4.0, 8.0, 12.0},
          {{"train_loss", 0, {0.104902, 0.0581772, 0.0380838, 0.0366048, 0.0392181}, 0.001},
           {"generalization_error", 0, {0.125756, 0.0861726, 0.0602997, 0.0515195, 0.053068}, 0.001},
           {"Q", 0, {1.27285, 1.19809, 1.1489, 1.23157, 1.37322}, 0.0095},
           {"R", 0, {0.753998, 0.844734, 0.900091, 0.962759, 1.01947}, 0.0037}});
    // A batch of d / 4 = n / 8 samples is the Bernoulli driver with a step of 1/4.
    Algorithm batches{.rule = Rule::sgd, .learning_rate = 3.0};
    batches.batch.fraction = 0.125;
    for (const Algorithm& algorithm : {batches, on_a_grid(Rule::sgd, 3.0, 0.25, Jump::bernoulli)})
        check(make(algorithm), times,
              {{"train_loss", 0, {0.172452, 0.122195, 0.0824117, 0.0671579}, 0.001},
               {"generalization_error", 0, {0.175897, 0.137755, 0.104733, 0.0915454}, 0.001},
               {"Q", 0, {1.72994, 1.97481, 2.12684, 2.16631}, 0.011},
               {"R", 0, {0.754205, 0.968671, 1.13543, 1.19482}, 0.0036}});
}

TEST_CASE("multi-index, public values P4, P5 and P9: phase retrieval and logistic regression") {
    const auto phase = cases::neuron("quadratic", Loss::square(0.5), 3.0, 0.0,
                                     on_a_grid(Rule::gradient_flow, 1.0, 0.05), 1.0, 0.5);
    check(phase, {1.0, 2.0, 4.0},
          {{"train_loss", 0, {0.0940197, 0.0331279, 0.00689723}, 0.0057},
           {"Q", 0, {0.866642, 0.902287, 0.944189}, 0.0058},
           {"R", 0, {0.777487, 0.876051, 0.949487}, 0.007}});
    Algorithm logistic = on_a_grid(Rule::sgd, 3.0, 0.1);
    logistic.ridge = 0.05;
    check(cases::neuron("linear", Loss::logistic(), 2.0, 0.2, logistic, 1.0, 0.2, LabelChannel::sign),
          {1.0, 3.0, 6.0},
          {{"train_loss", 0, {0.470147, 0.328221, 0.277173}, 0.0023},
           {"classification_error", 0, {0.31009, 0.254759, 0.237674}, 0.001},
           {"Q", 0, {2.21269, 3.52515, 4.34369}, 0.016},
           {"R", 0, {0.835758, 1.30762, 1.52966}, 0.0022}});
    check(cases::neuron("quadratic", Loss::pseudo_huber(1.0, 0.5), 3.0, 0.0, on_a_grid(Rule::sgd, 0.5, 0.2),
                        1.0, 0.3),
          {2.0, 4.0, 8.0},
          {{"train_loss", 0, {0.238827, 0.196088, 0.148349}, 0.0051},
           {"generalization_error", 0, {1.30361, 1.15765, 0.907104}, 0.054},
           {"Q", 0, {0.709067, 0.698917, 0.751203}, 0.023},
           {"R", 0, {0.347488, 0.433712, 0.586633}, 0.014}});
}

TEST_CASE("multi-index, public values P7: a committee under flow and SGD") {
    const std::vector<double> times{1.0, 3.0, 5.0};
    const auto make = [](Rule rule) {
        return cases::pair("erf", cases::vector({1.0, 1.0}), 3.0, 0.05, on_a_grid(rule, 2.0, 0.1));
    };
    check(make(Rule::gradient_flow), times,
          {{"train_loss", 0, {0.0392554, 0.0235339, 0.0209986}, 0.0015},
           {"generalization_error", 0, {0.053334, 0.0303801, 0.0292376}, 0.0015},
           {"Q", 0, {0.521225, 0.580636, 0.612194}, 0.0096},
           {"Q", 1, {0.113872, 0.190617, 0.207836}, 0.0054},
           {"Q", 3, {0.496149, 0.549798, 0.580962}, 0.0088},
           {"R", 0, {0.495532, 0.559737, 0.586121}, 0.0078},
           {"R", 1, {0.264014, 0.303261, 0.304391}, 0.0074},
           {"R", 2, {0.237374, 0.285735, 0.28899}, 0.0072},
           {"R", 3, {0.480669, 0.541583, 0.567843}, 0.0073}});
    check(make(Rule::sgd), times,
          {{"train_loss", 0, {0.250906, 0.142433, 0.103154}, 0.0045},
           {"generalization_error", 0, {0.257412, 0.160298, 0.125141}, 0.0026},
           {"Q", 0, {1.07816, 1.42544, 1.57322}, 0.026},
           {"Q", 1, {0.406117, 0.262196, 0.119927}, 0.01},
           {"Q", 3, {1.04398, 1.37851, 1.52346}, 0.025},
           {"R", 0, {0.577543, 0.733053, 0.787078}, 0.008},
           {"R", 1, {0.309326, 0.374711, 0.375978}, 0.0054},
           {"R", 2, {0.277018, 0.349236, 0.353109}, 0.007},
           {"R", 3, {0.56142, 0.713528, 0.766986}, 0.0074}});
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
