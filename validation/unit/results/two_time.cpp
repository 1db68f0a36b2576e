// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "core/typed_route.hpp"
#include "experiment_text.hpp"
#include "results/results.hpp"
#include "run/judgement.hpp"
#include "run/runner.hpp"
#include "statistics/coordinates.hpp"
#include "two_time_results.hpp"

namespace two_time_tests {

using namespace hidyn;

namespace {

struct File {
    std::string path =
        (std::filesystem::temp_directory_path() / ("hidyn-two-time-" + std::to_string(getpid()) + ".h5"))
            .string();
    File() = default;
    ~File() { std::filesystem::remove(path); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
};

/// A theory with a kernel of its own.
Registry with_kernel_route() {
    Registry everything = registry();
    RouteKind kind;
    kind.name = "kernel-theory";
    kind.theory = true;
    kind.make = route_of<Problem>([](const Asked<Problem>& asked) -> Solver {
        ObservableList own(asked.problem->observables().size());
        const Handle kernel = own.add("kernel", "memory kernel", "M(t,s)", "1/d",
                                      {Dimension::times("source_time", {0.5, 1.5})});
        return {[kernel](const RouteRun& run) {
                    for (std::size_t time = 0; time < run.grid.size(); ++time)
                        run.recorder.at(0, time).record(kernel, std::vector<double>{1.0, 2.0});
                    return Outcome();
                },
                own.all()};
    });
    everything.problems.front().routes.push_back(kind);
    return everything;
}

const std::string with_kernel = test::valid_experiment + "[routes.memory]\nkind = \"kernel-theory\"\n";

std::vector<std::string> complaints(const std::string& more) {
    try {
        static_cast<void>(experiment::load_text(with_kernel + more, "file.toml", {}, with_kernel_route()));
    } catch (const InputError& error) {
        return error.messages;
    }
    return {};
}

}  // namespace

TEST_CASE("an axis with coordinates is told by them") {
    Observable what{
        .name = "C",
        .long_name = "",
        .symbol = "",
        .normalization = "",
        .dimensions = {Dimension::times("time_2", {0.0, 0.5, 2.0}), {"student", 2}, {"student_2", 2}}};
    CHECK(what.component_label(0) == "[1,1; s = 0]");
    CHECK(what.component_label(2 * 4 + 1) == "[1,2; s = 2]");
    what.dimensions[1].size = what.dimensions[2].size = 1;
    CHECK(what.component_label(1) == "[s = 0.5]");
    what.dimensions.erase(what.dimensions.begin());
    CHECK(what.component_label(0) == "[1,1]");
}

TEST_CASE("two-time observables are written and read back with their times") {
    const File file;
    const results::Results all = test::relaxation(5, {20}, 3);
    results::write(file.path, all);
    const results::Results back = results::read(file.path);
    for (std::size_t route = 0; route < 2; ++route) {
        const std::vector<Series>& series = all.routes[route].trajectory.series;
        REQUIRE(back.routes[route].trajectory.series.size() == series.size());
        for (std::size_t index = 0; index < series.size(); ++index) {
            CHECK(back.routes[route].trajectory.series[index].observable == series[index].observable);
            CHECK(back.routes[route].trajectory.series[index].values == series[index].values);
            CHECK(back.routes[route].trajectory.series[index].error == series[index].error);
        }
    }
}

TEST_CASE("one group cannot have two axes of one name") {
    const File file;
    results::Results all = test::relaxation(5, {}, 0);
    Series other(test::response({0.5, 1.1}), 0, 5);
    other.observable.name = "response_2";
    all.routes.back().trajectory.series.push_back(other);
    CHECK_THROWS_WITH_AS(results::write(file.path, all), doctest::Contains("source_time"), RunError);
}

TEST_CASE("a known two-time function is judged right, and a wrong one wrong") {
    results::Results all = test::relaxation(41, {50, 200}, 32);
    const std::vector<run::Judgement> judged = run::judge(all);
    REQUIRE(judged.size() == 1);
    CHECK(judged.front().verdict.outcome == statistics::Outcome::agrees);
    CHECK(judged.front().verdict.times_tested == 41);
    CHECK(judged.front().verdict.largest.component.starts_with("[s = "));
    CHECK(std::abs(judged.front().verdict.falls.back().exponent - 0.5) < 0.1);
    for (const statistics::Comparison& one : judged.front().verdict.comparisons.front())
        CHECK(one.observable == "C");

    for (double& value : all.routes.back().trajectory.series.front().values) value = value * value;
    CHECK(run::judge(all).front().verdict.outcome == statistics::Outcome::disagrees);
}

TEST_CASE("the second time is thinned before the first suffers") {
    const results::Results all = test::relaxation(201, {10}, 3);
    const statistics::TheoryRun theory{"exact", &all.routes[1].trajectory};
    const std::vector<statistics::SimulationRun> runs{{"modes-d10", 10.0, &all.routes[0].trajectory}};
    const statistics::Coordinates tested = statistics::gather(runs, theory, 6000);
    CHECK(tested.list.size() == 201 * 24);
    CHECK(tested.list.back().time == 200);
    CHECK(tested.list.back().component == 200);
}

TEST_CASE("what one route alone reports is recorded, stored, read and compared with nothing") {
    const File file;
    const experiment::Experiment experiment =
        experiment::load_text(with_kernel, "file.toml", {}, with_kernel_route());
    results::Results all = run::solve(experiment, {.threads = 2, .command = "test", .progress = {}});
    const Trajectory& memory = all.routes.back().trajectory;
    CHECK(memory.series.back().observable.name == "kernel");
    CHECK(memory.series.back().observable.own);
    CHECK(memory.series.back().at(0, 4)[1] == 2.0);
    for (std::size_t route = 0; route + 1 < all.routes.size(); ++route)
        CHECK(all.routes[route].trajectory.find("kernel") == nullptr);
    run::store(run::judge(all), all);
    results::write(file.path, all);
    const results::Results back = results::read(file.path);
    CHECK(back.routes.back().trajectory.find("kernel")->observable == memory.series.back().observable);
}

TEST_CASE("claims and figures may speak of what one route alone reports, on that route") {
    const std::string claim = "[[claims]]\nname = \"c\"\nobservable = \"kernel\"\npredicted = 1\n";
    CHECK(complaints(claim + "s = 0.5").empty());
    CHECK(complaints(claim + "component = [2]").empty());
    CHECK(complaints("[figure]\nobservables = [\"kernel\"]").empty());
    const auto refused = [&](const std::string& key, const std::string& says) {
        const std::vector<std::string> sentences = complaints(claim + key);
        REQUIRE(sentences.size() == 1);
        CHECK(sentences.front().find(says) != std::string::npos);
    };
    refused("s = 0.7", "s = 0.7 is not one of its 2 times");
    refused("component = [3]", "component 1 = 3 is out of range: it has 2 source_times");
    refused("", "give row, and no column, or give its second time as s");
    refused("s = 0.5\nroute = \"ode\"", "the routes this claim can be checked on are memory");
    refused("s = 0.5\nminus_route = \"ode\"", "the routes it could be compared with are memory");
}

}  // namespace two_time_tests
