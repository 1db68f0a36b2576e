// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "core/error.hpp"
#include "experiment_text.hpp"
#include "results/results.hpp"
#include "run/claims.hpp"
#include "run/judgement.hpp"
#include "run/runner.hpp"

namespace results_tests {

namespace {

namespace fs = std::filesystem;
using namespace hidyn;

/// A folder of its own that goes with the test.
struct Folder {
    Folder() : path(fs::temp_directory_path() / ("hidyn-test-" + std::to_string(getpid()))) {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return (path / name).string(); }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(path), fs::directory_iterator()));
    }
    fs::path path;
};

Observable vector_of(const std::string& name, std::size_t size) {
    return {.name = name,
            .long_name = "the " + name,
            .symbol = "\\" + name,
            .normalization = "1/d",
            .dimensions = {{"student", size}}};
}

results::RouteResult route(const std::string& name, std::size_t replicas, double first) {
    results::RouteResult result;
    result.info.name = result.info.label = name;
    result.info.kind = replicas > 0 ? "simulation" : "ode";
    result.info.theory = replicas == 0;
    result.info.replicas = replicas;
    result.info.d = replicas > 0 ? 1000000000000000 : 0;
    result.info.seed = replicas > 0 ? 12345678901234567 : 0;
    Series series(vector_of("m", 2), replicas, 3);
    for (double& value : series.values) value = first += 0.1;
    series.values.back() = std::nan("");
    if (replicas == 0) {
        series.error.assign(6, 1e-12);
        series.variance.assign(6, 0.25);
    }
    result.trajectory.series.push_back(std::move(series));
    result.outcome = {.status = Status::diverged,
                      .diverged_at = 0.75,
                      .diverged_replicas = replicas,
                      .detail = "it grew",
                      .attributes = {{"method", std::string("exact")}}};
    result.wall_seconds = 1.5;
    result.threads = 2;
    return result;
}

results::Results invented() {
    results::Results all;
    all.title = "η \"quoted\"";
    all.paper = "a-paper";
    all.experiment = "title = 1\n";
    all.command = "hidyn run";
    all.created = "2026-01-01T00:00:00Z";
    all.version = "0";
    all.git_revision = "abc";
    all.grid = {{0.0, 0.1, 1.0}, "steps / d"};
    all.routes.push_back(route("zeta-d100", 2, 0.0));
    all.routes.push_back(route("zeta-d25", 4, 5.0));
    all.routes.push_back(route("alpha", 0, 1.0 / 3.0));
    Problem::StartArray start{vector_of("m", 2), {0.1, 0.2, 0.3, 0.4}};
    all.starts.push_back({"", 2, {start}});
    return all;
}

void check_equal(const std::vector<double>& got, const std::vector<double>& expected) {
    REQUIRE(got.size() == expected.size());
    for (std::size_t index = 0; index < got.size(); ++index)
        CHECK((got[index] == expected[index] || (std::isnan(got[index]) && std::isnan(expected[index]))));
}

void check_equal(const results::Results& got, const results::Results& expected) {
    CHECK(got.title == expected.title);
    CHECK(got.paper == expected.paper);
    CHECK(got.experiment == expected.experiment);
    CHECK(got.command == expected.command);
    CHECK(got.created == expected.created);
    CHECK(got.version == expected.version);
    CHECK(got.git_revision == expected.git_revision);
    CHECK(got.grid.times == expected.grid.times);
    CHECK(got.grid.unit == expected.grid.unit);
    REQUIRE(got.routes.size() == expected.routes.size());
    for (std::size_t index = 0; index < got.routes.size(); ++index) {
        const results::RouteResult& a = got.routes[index];
        const results::RouteResult& b = expected.routes[index];
        CAPTURE(b.info.name);
        CHECK(a.info.name == b.info.name);
        CHECK(a.info.label == b.info.label);
        CHECK(a.info.variant == b.info.variant);
        CHECK(a.info.kind == b.info.kind);
        CHECK(a.info.method == b.info.method);
        CHECK(a.info.theory == b.info.theory);
        CHECK(a.info.d == b.info.d);
        CHECK(a.info.replicas == b.info.replicas);
        CHECK(a.info.seed == b.info.seed);
        CHECK(a.outcome.status == b.outcome.status);
        CHECK(a.outcome.diverged_replicas == b.outcome.diverged_replicas);
        CHECK((a.outcome.diverged_at == b.outcome.diverged_at ||
               (std::isnan(a.outcome.diverged_at) && std::isnan(b.outcome.diverged_at))));
        CHECK(a.outcome.detail == b.outcome.detail);
        CHECK(a.wall_seconds == b.wall_seconds);
        CHECK(a.threads == b.threads);
        REQUIRE(a.trajectory.series.size() == b.trajectory.series.size());
        for (const Series& series : b.trajectory.series) {
            const Series* same = a.trajectory.find(series.observable.name);
            REQUIRE(same != nullptr);
            CHECK(same->observable == series.observable);
            CHECK(same->replicas == series.replicas);
            CHECK(same->times == series.times);
            check_equal(same->values, series.values);
            check_equal(same->error, series.error);
            check_equal(same->variance, series.variance);
        }
    }
    REQUIRE(got.starts.size() == expected.starts.size());
    for (std::size_t index = 0; index < got.starts.size(); ++index) {
        CHECK(got.starts[index].variant == expected.starts[index].variant);
        CHECK(got.starts[index].replicas == expected.starts[index].replicas);
        REQUIRE(got.starts[index].arrays.size() == expected.starts[index].arrays.size());
        for (std::size_t array = 0; array < got.starts[index].arrays.size(); ++array) {
            CHECK(got.starts[index].arrays[array].what == expected.starts[index].arrays[array].what);
            check_equal(got.starts[index].arrays[array].values, expected.starts[index].arrays[array].values);
        }
    }
}

std::string refusal(const std::function<void()>& action) {
    try {
        action();
    } catch (const InputError& error) {
        CHECK(error.messages.size() == 1);
        return error.messages.front();
    }
    return "";
}

}  // namespace

TEST_CASE("what is written is read back to the last bit, in the same order") {
    const Folder folder;
    const results::Results all = invented();
    results::write(folder.file("a.h5"), all);
    check_equal(results::read(folder.file("a.h5")), all);
    CHECK(folder.count() == 1);
}

TEST_CASE("a whole run with variants, several sizes, starts per replica and claims is read back") {
    const Folder folder;
    const std::string text = test::with("Q = [[0.5, 0.0], [0.0, 0.5]]\nR = [[0.1, 0.0], [0.0, 0.1]]",
                                        "kind = \"random\"\nper_replica = true") +
                             "[variants.z]\n[variants.a]\nproblem.students = 3\n"
                             "[[claims]]\nname = \"finite\"\nobservable = \"generalization_error\"\n"
                             "variant = \"a\"\npredicted = 0\ntolerance = 1e9\n";
    const experiment::Experiment experiment = test::load(text);
    results::Results all = run::solve(experiment, {.threads = 2, .command = "test", .progress = {}});
    run::store(run::judge(all), all);
    run::store(claims::measure(experiment.claims, experiment::setting_of(experiment), all), all);
    results::write(folder.file("run.h5"), all);
    const results::Results back = results::read(folder.file("run.h5"));
    check_equal(back, all);
    CHECK(back.starts.size() == 2);
    CHECK(back.starts.front().replicas == 4);
    for (const results::RouteResult& one : back.routes) CHECK(one.info.replicas == 4);
}

TEST_CASE(
    "a start that all replicas share has no replica axis, and an array that does not fill its axes is "
    "refused") {
    const Folder folder;
    results::Results results = invented();
    results.starts = {{.variant = "", .replicas = 3, .arrays = {{vector_of("shared", 2), {0.1, 0.2}}}}};
    results::write(folder.file("shared.h5"), results);
    const results::Results back = results::read(folder.file("shared.h5"));
    REQUIRE(back.starts.size() == 1);
    CHECK(back.starts[0].replicas == 0);
    CHECK(back.starts[0].arrays[0].values == std::vector<double>{0.1, 0.2});

    results.starts[0].arrays[0].values = {0.1, 0.2, 0.3};
    CHECK_THROWS_AS(results::write(folder.file("short.h5"), results), RunError);
    CHECK_FALSE(fs::exists(folder.file("short.h5")));
}

TEST_CASE("only a results file is replaced") {
    const Folder folder;
    const auto refused = [&](const std::string& path) {
        return refusal([&] { results::check_writable(path); });
    };
    results::write(folder.file("ours.h5"), invented());
    CHECK(refused(folder.file("ours.h5")).empty());
    CHECK(refused(folder.file("new.h5")).empty());
    std::ofstream(folder.file("empty.h5")).flush();
    CHECK(refused(folder.file("empty.h5")).empty());
    std::ofstream(folder.file("foreign.h5")) << "precious";
    CHECK(refused(folder.file("foreign.h5")).find("left alone") != std::string::npos);
    CHECK(refused(folder.path.string()).find("is a directory") != std::string::npos);
    CHECK(refused("/dev/null").find("not a regular file") != std::string::npos);
    CHECK(refused(folder.file("none/a.h5")).find("there is no folder") != std::string::npos);
    CHECK(refused(folder.file("ours.h5/a.h5")).find("no results file can be written") != std::string::npos);
    CHECK(folder.count() == 3);
}

TEST_CASE("a file that cannot be completed is absent, and the older one survives") {
    const Folder folder;
    const std::string path = folder.file("a.h5");
    results::write(path, invented());
    results::Results broken = invented();
    broken.routes.back().info.name = "zeta-d25";
    CHECK_THROWS_AS(results::write(path, broken), RunError);
    CHECK(folder.count() == 1);
    check_equal(results::read(path), invented());
}

TEST_CASE("what is not a results file is refused with the reason") {
    const Folder folder;
    const auto refused = [](const std::string& path) {
        return refusal([&] { static_cast<void>(results::read(path)); });
    };
    CHECK(refused(folder.file("none.h5")).find("no such results file") != std::string::npos);
    CHECK(refused(folder.path.string()).find("is a directory") != std::string::npos);
    std::ofstream(folder.file("text.h5")) << "time,error\n";
    CHECK(refused(folder.file("text.h5")).find("not an HDF5 file") != std::string::npos);

    results::write(folder.file("a.h5"), invented());
    const auto whole = fs::file_size(folder.file("a.h5"));
    for (std::uintmax_t size = 0; size < whole; size += whole / 37 + 1) {
        fs::copy_file(folder.file("a.h5"), folder.file("cut.h5"), fs::copy_options::overwrite_existing);
        fs::resize_file(folder.file("cut.h5"), size);
        CAPTURE(size);
        CHECK(!refused(folder.file("cut.h5")).empty());
    }
}

TEST_CASE("a trajectory lost from one route is noticed") {
    const Folder folder;
    results::Results all = invented();
    all.routes.back().trajectory.series.front().observable.name = "other";
    results::write(folder.file("a.h5"), all);
    const std::string sentence = refusal([&] { static_cast<void>(results::read(folder.file("a.h5"))); });
    CHECK(sentence.find("lacks") != std::string::npos);
}

TEST_CASE("the frozen file of schema 1 reads as it did") {
    const results::Results frozen = results::read(HIDYN_DATA_DIRECTORY "/results-schema-1.h5");
    CHECK(frozen.title == "The frozen results file of schema 1");
    CHECK(frozen.grid.times == std::vector<double>{0.0, 0.5, 1.0});
    CHECK(frozen.grid.unit == "steps / d");
    std::vector<std::string> names;
    for (const results::RouteResult& one : frozen.routes) names.push_back(one.info.name);
    CHECK(names == std::vector<std::string>{"slow.sgd-d100", "slow.sgd-d20", "slow.ode", "slow.noise",
                                            "fast.sgd-d100", "fast.sgd-d20", "fast.ode", "fast.noise"});
    REQUIRE(frozen.starts.size() == 2);
    CHECK(frozen.starts.front().variant == "slow");
    const results::RouteResult& sgd = frozen.routes[0];
    CHECK(sgd.info.method == "reduced");
    CHECK(sgd.info.d == 100);
    CHECK(sgd.info.replicas == 4);
    CHECK(sgd.info.seed == 11);
    CHECK(frozen.routes[4].outcome.status == Status::diverged);
    CHECK(frozen.routes[4].outcome.diverged_replicas == 4);
    const Series* Q = frozen.routes[2].trajectory.find("Q");
    REQUIRE(Q != nullptr);
    CHECK(Q->observable.symmetric);
    CHECK(Q->observable.dimensions == std::vector<Dimension>{{"student", 2}, {"student_2", 2}});
    CHECK(frozen.routes[3].trajectory.find("Q")->variance.size() == 12);
    check_equal(
        frozen.routes[3].trajectory.find("Q")->variance,
        {0.0, 0.0, 0.0, 0.0, 0.18094597611100255, 0.08428570356993363, 0.08428570356993363, 0.247578744920429,
         0.2655691544333485, 0.1409450104439432, 0.1409450104439432, 0.41515797074794275});
    const std::span<const double> last = sgd.trajectory.find("Q")->at(3, 2);
    CHECK(std::vector<double>(last.begin(), last.end()) ==
          std::vector<double>{0.5058147603559154, 0.17268392687814182, 0.17268392687814182,
                              0.5315735306535122});
    CHECK(frozen.routes[2].trajectory.find("R")->at(0, 2)[1] == 0.24611165156020753);
    CHECK(std::isnan(frozen.routes[6].trajectory.find("R")->at(0, 2)[1]));
    CHECK(frozen.starts.front().arrays.front().values == std::vector<double>{0.5, 0.1, 0.1, 0.5});
}

}  // namespace results_tests
