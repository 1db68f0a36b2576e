// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <cstring>

#include "experiment_text.hpp"
#include "multi_index_cases.hpp"

namespace multi_index_simulation_tests {

namespace cases = multi_index_cases;

using namespace hidyn;
using namespace hidyn::multi_index;

namespace {

const std::string valid = R"(title = "Phase retrieval"

[problem]
kind = "phase-retrieval"
loss = "pseudo-huber"

[data]
sample_ratio = 3.0

[algorithm]
kind = "sgd"
learning_rate = 0.5

[initial]
Q = [[1.0]]
R = [[0.3]]

[time]
end = 2.0
points = 5

[routes.sim]
kind = "simulation"
d = [40, 80]
replicas = 3
)";

std::string with(const std::string& piece, const std::string& replacement) {
    std::string text = valid;
    REQUIRE(text.find(piece) != std::string::npos);
    return text.replace(text.find(piece), piece.size(), replacement);
}

void refused(const std::string& text, const std::vector<std::string>& says) {
    const std::vector<std::string> sentences = test::complaints_about(text);
    REQUIRE(!sentences.empty());
    CAPTURE(sentences.front());
    CAPTURE(sentences.back());
    REQUIRE(sentences.size() == 1);
    for (const std::string& part : says) {
        CAPTURE(part);
        CHECK(sentences.front().find(part) != std::string::npos);
    }
}

std::vector<std::shared_ptr<MultiIndex>> all_problems() {
    std::vector<std::shared_ptr<MultiIndex>> problems;
    for (Algorithm algorithm :
         {Algorithm{.rule = Rule::sgd}, Algorithm{.rule = Rule::sgd, .batch = {.number = 9}},
          Algorithm{.rule = Rule::sgd, .time_step = 0.1}, Algorithm{.rule = Rule::gradient_flow},
          Algorithm{.rule = Rule::stochastic_modified_equation, .time_step = 0.1}}) {
        algorithm.learning_rate = 1.0;
        problems.push_back(cases::pair("erf", cases::vector({1.0, 0.5}), 1.5, 0.1, algorithm));
        problems.back()->recording.two_time = true;
        problems.back()->recording.response_at = {0.0, 0.5};
        problems.back()->recording.grid = TimeGrid::linear(2.0, 5);
    }
    return problems;
}

RouteInfo info_of(std::size_t replicas) {
    return {.name = "sim", .kind = "simulation", .d = 30, .replicas = replicas, .seed = 2};
}

Trajectory simulate(const std::shared_ptr<MultiIndex>& problem, std::size_t replicas, Progress& progress) {
    Recorder recorder(problem->observables(), replicas, problem->recording.grid.size());
    const RouteInfo info = info_of(replicas);
    const Outcome outcome =
        cases::simulation_of(problem, info.d, 1e-6)({info, problem->recording.grid, recorder, progress});
    CHECK(outcome.status == Status::complete);
    return recorder.take();
}

struct Stopped final : Progress {
    [[nodiscard]] bool stop_requested() const override { return true; }
};

struct Sum final : Progress {
    double done = 0.0;
    void advance(double fraction) override {
#pragma omp atomic
        done += fraction;
    }
};

}  // namespace

TEST_CASE("multi-index: the same bytes for any number of threads, and a progress that ends at one") {
    for (const auto& problem : all_problems()) {
        std::vector<Trajectory> found;
        for (const int threads : {1, 2}) {
            omp_set_num_threads(threads);
            Sum progress;
            found.push_back(simulate(problem, 5, progress));
            CHECK(progress.done == doctest::Approx(1.0).epsilon(1e-9));
        }
        omp_set_num_threads(omp_get_num_procs());
        REQUIRE(found[0].series.size() == 7);
        for (std::size_t which = 0; which < found[0].series.size(); ++which) {
            const std::vector<double>& one = found[0].series[which].values;
            const std::vector<double>& other = found[1].series[which].values;
            CHECK(std::memcmp(one.data(), other.data(), one.size() * sizeof(double)) == 0);
            for (const double value : one) CHECK(std::isfinite(value));
        }
    }
}

TEST_CASE("multi-index: replicas differ, and two-time functions are those of each") {
    const auto problem = all_problems().front();
    Progress unseen;
    const Trajectory found = simulate(problem, 3, unseen);
    const Series& Q = *found.find("Q");
    const Series& C = *found.find("C");
    CHECK(Q.at(0, 4)[0] != Q.at(1, 4)[0]);
    for (std::size_t replica = 0; replica < 3; ++replica)
        for (std::size_t t = 0; t < 5; ++t)
            for (std::size_t k = 0; k < 4; ++k) {
                CHECK(C.at(replica, t)[4 * t + k] == doctest::Approx(Q.at(replica, t)[k]).epsilon(1e-12));
                const std::size_t transposed = k % 2 * 2 + k / 2;
                for (std::size_t s = 0; s < 5; ++s)
                    CHECK(C.at(replica, t)[4 * s + k] ==
                          doctest::Approx(C.at(replica, s)[4 * t + transposed]).epsilon(1e-12));
            }
}

TEST_CASE("multi-index: a replica that diverges is missing from then on, two-time functions too") {
    for (const bool continuous : {false, true}) {
        // An inverted loss drives the weights out exponentially, stepwise or in continuous time.
        Algorithm algorithm{.rule = Rule::gradient_flow, .learning_rate = 4.0};
        if (!continuous) algorithm.time_step = 0.05;
        const auto problem = cases::neuron("linear", Loss::square(-1.0), 2.0, 0.1, algorithm);
        problem->recording.two_time = true;
        problem->recording.response_at = {0.5};
        problem->recording.grid = TimeGrid::linear(20.0, 41);
        const cases::Solved solved = cases::simulate(cases::simulation_of(problem, 30, 1e-6), *problem,
                                                     info_of(2), problem->recording.grid.times);
        CHECK(solved.outcome.status == Status::diverged);
        CHECK(solved.outcome.diverged_replicas == 2);
        CHECK(solved.outcome.diverged_at > 0.5);
        CHECK(solved.outcome.diverged_at < 5.0);
        const Series& Q = *solved.trajectory.find("Q");
        for (std::size_t replica = 0; replica < 2; ++replica) {
            CHECK(std::isfinite(Q.at(replica, 1)[0]));
            CHECK(std::isnan(Q.at(replica, 40)[0]));
            for (std::size_t time = 0; time < 41; ++time) {
                const bool known = std::isfinite(Q.at(replica, time)[0]);
                if (known) CHECK(Q.at(replica, time)[0] <= divergence_threshold);
                CHECK(std::isfinite(solved.trajectory.find("response")->at(replica, time)[0]) == known);
                CHECK(std::isfinite(solved.trajectory.find("C")->at(replica, time)[0]) == known);
                CHECK(std::isfinite(solved.trajectory.find("C")->at(replica, 0)[time]) == known);
            }
        }
    }
}

TEST_CASE("multi-index: a wish to stop ends a simulation at once") {
    for (const auto& problem : all_problems()) {
        Stopped progress;
        CHECK_THROWS_AS(static_cast<void>(simulate(problem, 2, progress)), Interrupted);
    }
}

TEST_CASE("multi-index: an experiment on a data set is read, one route per size") {
    const experiment::Experiment loaded = test::load(valid);
    REQUIRE(loaded.variants.front().routes.size() == 2);
    CHECK(loaded.variants.front().routes[1]->info.name == "sim-d80");
    for (const char* kind : {"linear-regression", "logistic-regression", "multi-index"})
        CHECK(test::complaints_about(
                  with("\"phase-retrieval\"\nloss = \"pseudo-huber\"", fmt::format("\"{}\"", kind)))
                  .empty());
    CHECK(test::complaints_about(with("\"phase-retrieval\"\nloss = \"pseudo-huber\"",
                                      "\"committee\"\nstudents = 1\nteachers = 1"))
              .empty());
    CHECK(test::complaints_about(with("kind = \"sgd\"", "kind = \"sgd\"\nbatch_size = { power = 0.5 }"))
              .empty());
    CHECK(test::complaints_about(with("kind = \"sgd\"", "kind = \"gradient-flow\"")).empty());
    CHECK(test::complaints_about(with("kind = \"sgd\"", "kind = \"stochastic-modified-equation\"")).empty());
}

TEST_CASE("multi-index: what a data set of this size cannot do is refused with file, line and key") {
    refused(with("0.5\n", "0.5\nbatch_size = 130\n"),
            {"file.toml:25: routes.sim.d = [40, 80]", "batch of 130", "120 samples at d = 40"});
    refused(with("points = 5", "points = 100"), {"file.toml:24: routes.sim.d", "100 points", "80 steps"});
    refused(with("[40, 80]", "1000000"), {"routes.sim.d", "GB", "3000000 samples"});
    refused(with("3.0", "0.01"), {"routes.sim.d", "no sample"});
    refused(with("[40, 80]", "1"), {"routes.sim.d", "rank is 2"});
    refused(with("0.5\n", "0.5\nridge = 90\n"), {"routes.sim.d", "flips the sign", "d = 40"});
    refused(with("replicas = 3", "replicas = 3\ntime_step = 0.1"),
            {"routes.sim.time_step = 0.1", "[algorithm]"});
    refused(with("replicas = 3", "replicas = 3\ntolerance = 1e-3"),
            {"routes.sim.tolerance", "gradient flow"});
    refused(with("loss = \"pseudo-huber\"\n", ""), {"problem", "linearly", "pseudo-huber"});
    refused(with("0.5\n", "0.5\ntime_step = 4.0\n"), {"algorithm.time_step = 4", "sample_ratio = 3"});
    refused(with("0.5\n", "0.5\njump = \"poisson\"\n"), {"algorithm.jump", "without time_step"});
    refused(with("[data]\nsample_ratio = 3.0\n", ""), {"[data]"});
}

}  // namespace multi_index_simulation_tests
