// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <new>

#include "core/error.hpp"
#include "core/replicas.hpp"

namespace simulation_frame_tests {

namespace {

using namespace hidyn;

struct Numbers : ObservableList {
    Handle x = add("x", "x", "x", "x");
};
const Numbers numbers;

/// Counts steps: the observable of a replica is its step number plus 1000 times the replica.
Outcome count_steps(const TimeGrid& grid, double steps_per_unit_time, Recorder& recorder, Progress& progress,
                    std::uint64_t diverges_at = ~std::uint64_t{0}) {
    return run_replicas(
        3, 1, steps_per_unit_time, grid, recorder, progress, [&](std::size_t replica, BlockWatch& watch) {
            std::uint64_t steps = 0;
            follow_schedule(
                watch, [&](Archive& archive) { archive(steps); }, [&](std::uint64_t more) { steps += more; },
                [&](std::uint64_t step) {
                    if (replica != 1 || step < diverges_at) return watch.proceed(step);
                    watch.mark_diverged(replica, step);
                    return false;
                },
                [&](const Sampling& sampling) {
                    recorder.at(replica, sampling)
                        .record(numbers.x, static_cast<double>(steps + 1000 * replica));
                });
        });
}

struct Stopped final : Progress {
    [[nodiscard]] bool stop_requested() const override { return true; }
};

}  // namespace

TEST_CASE("a grid time between two steps is interpolated between them") {
    const TimeGrid grid{{0.0, 0.3, 0.35, 1.0}, ""};
    Recorder recorder(numbers.all(), 3, grid.size());
    Progress progress;
    CHECK(count_steps(grid, 10.0, recorder, progress).status == Status::complete);
    const Series& x = recorder.series().front();
    CHECK(x.at(0, 0)[0] == 0.0);
    CHECK(x.at(0, 1)[0] == 3.0);
    CHECK(x.at(0, 2)[0] == doctest::Approx(3.5).epsilon(1e-14));
    CHECK(x.at(2, 3)[0] == 2010.0);
}

TEST_CASE("a time of 1e9 steps and a half is not taken for a whole number of steps") {
    const std::vector<Sampling> schedule = sampling_schedule({{1000.0000005, 2000.0}, ""}, 1e6);
    REQUIRE(schedule.size() == 3);
    CHECK(schedule[0].step == 1000000000);
    CHECK(schedule[0].weight == doctest::Approx(0.5).epsilon(1e-6));
    CHECK(schedule[2].step == 2000000000);
}

TEST_CASE("step counters are 64 bits wide") {
    CHECK(sampling_schedule({{1000.0}, ""}, 1e15).back().step == 1000000000000000000U);
}

TEST_CASE("the state is looked at often, whatever the size") {
    for (double d = 1.0; d <= 1e15; d *= 10.0) {
        CHECK(steps_between_checks(d) >= 1);
        CHECK(static_cast<double>(steps_between_checks(d)) <= std::max(1.0, d / 64.0));
        CHECK(steps_between_checks(d) <= 256);
    }
}

TEST_CASE("a replica that diverges is missing from then on; the others go on") {
    const TimeGrid grid = TimeGrid::linear(10.0, 11);
    Recorder recorder(numbers.all(), 3, grid.size());
    Progress progress;
    const Outcome outcome = count_steps(grid, 10.0, recorder, progress, 45);
    CHECK(outcome.status == Status::diverged);
    CHECK(outcome.diverged_replicas == 1);
    CHECK(outcome.diverged_at == doctest::Approx(4.5));
    const Series& x = recorder.series().front();
    for (std::size_t time = 0; time < grid.size(); ++time) {
        CHECK(std::isnan(x.at(1, time)[0]) == (time > 4));
        CHECK(std::isfinite(x.at(0, time)[0]));
    }
}

TEST_CASE("a wish to stop ends a run at once") {
    const TimeGrid grid{{0.0, 1000.0}, ""};
    Recorder recorder(numbers.all(), 3, grid.size());
    Stopped progress;
    CHECK_THROWS_AS(static_cast<void>(count_steps(grid, 1e15, recorder, progress)), Interrupted);
}

TEST_CASE("what goes wrong in one replica is thrown once all threads are done") {
    const TimeGrid grid{{0.0, 1.0}, ""};
    Recorder recorder(numbers.all(), 4, grid.size());
    Progress progress;
    std::atomic<int> begun = 0;
    CHECK_THROWS_AS(static_cast<void>(run_replicas(4, 1, 10.0, grid, recorder, progress,
                                                   [&](std::size_t, BlockWatch&) {
                                                       ++begun;
                                                       throw std::bad_alloc();
                                                   })),
                    std::bad_alloc);
    CHECK(begun == 4);
}

TEST_CASE("a replica that fails has no values and the others go on") {
    const TimeGrid grid{{0.0, 1.0}, ""};
    Recorder recorder(numbers.all(), 4, grid.size());
    Progress progress;
    const Outcome outcome =
        run_replicas(4, 1, 10.0, grid, recorder, progress, [&](std::size_t replica, BlockWatch&) {
            recorder.at(replica, 0).record(numbers.x, 1.0);
            if (replica == 2) throw std::runtime_error("nothing to learn from");
            recorder.at(replica, 1).record(numbers.x, 2.0);
        });
    CHECK(outcome.status == Status::failed);
    CHECK(outcome.failed_replicas == 1);
    CHECK_FALSE(outcome.failed(4));
    CHECK(outcome.failed(1));
    CHECK(outcome.detail == "replica 2: nothing to learn from");
    const Series& x = recorder.series().front();
    for (std::size_t time = 0; time < 2; ++time) {
        CHECK(std::isnan(x.at(2, time)[0]));
        CHECK(x.at(3, time)[0] == 1.0 + static_cast<double>(time));
    }
}

TEST_CASE("what was not recorded is missing, never zero") {
    Recorder recorder(numbers.all(), 2, 2);
    recorder.at(1, 1).record(numbers.x, 1.0);
    recorder.record_variance(numbers.x, 0, std::vector<double>{1.0});
    recorder.at(0, 0).record(Handle(), 1.0);  // was not added: goes nowhere
    const Series& x = recorder.series().front();
    CHECK(std::isnan(x.at(0, 0)[0]));
    CHECK(x.at(1, 1)[0] == 1.0);
    CHECK(x.error.empty());
    CHECK(std::isnan(x.variance[1]));
}

}  // namespace simulation_frame_tests
