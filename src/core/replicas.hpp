// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/route.hpp"
#include "core/step_schedule.hpp"

/// The frame of every simulation of independent replicas: they run in blocks on threads, report progress,
/// stop when asked, and may diverge one by one. A block's numbers depend on its replicas alone, so results
/// are the same bytes for any number of threads.
namespace hidyn {

/// Steps between two looks at the state (divergence, progress, a wish to stop): often enough in units of
/// time, and often enough for a reader who waits, however large d is.
[[nodiscard]] inline std::uint64_t steps_between_checks(double steps_per_unit_time) {
    const double patient = std::clamp(2e9 / steps_per_unit_time, 16.0, 256.0);
    return static_cast<std::uint64_t>(std::clamp(steps_per_unit_time / 64.0, 1.0, patient));
}

/// What all blocks share.
struct ReplicaRun {
    std::size_t width;  ///< replicas of a block
    const TimeGrid& grid;
    Recorder& recorder;
    Progress& progress;
    std::vector<Sampling> schedule;
    std::uint64_t check_interval;
    double blocks;
    std::vector<double> diverged_at;  ///< per replica; NaN: did not
    std::vector<std::string> failed;  ///< per replica: why it has no values, or ""
    double steps_per_unit_time;
};

/// One block's view of the run.
class BlockWatch {
  public:
    BlockWatch(ReplicaRun& run, std::size_t first)
        : run_(run), first_(first), kept_(std::chrono::steady_clock::now()) {}

    [[nodiscard]] const std::vector<Sampling>& schedule() const { return run_.schedule; }
    [[nodiscard]] std::uint64_t check_interval() const { return run_.check_interval; }
    /// The last proceed() met a wish to stop.
    [[nodiscard]] bool stopped() const { return stopped_; }

    /// Reports progress up to `step`; false when the run is to stop.
    [[nodiscard]] bool proceed(std::uint64_t step) {
        report(step - reported_);
        reported_ = step;
        stopped_ = run_.progress.stop_requested();
        return !stopped_;
    }
    /// From `step` on this replica has no values.
    void mark_diverged(std::size_t replica, std::uint64_t step) {
        const double time = static_cast<double>(step) / run_.steps_per_unit_time;
        // A grid point between two steps needs both of them.
        mark_diverged_at(replica, time, time - 1.0 / run_.steps_per_unit_time);
    }
    /// This replica diverged at `time`; its values are good up to `last_good`.
    void mark_diverged_at(std::size_t replica, double time, double last_good) {
        run_.diverged_at[replica] = time;
        const auto& times = run_.grid.times;
        const auto lost = std::ranges::upper_bound(times, last_good);
        run_.recorder.truncate(replica, static_cast<std::size_t>(lost - times.begin()));
    }

    /// The replicas of this block have no values.
    void mark_failed(const std::string& why) {
        for (std::size_t replica = first_; replica < std::min(first_ + run_.width, run_.failed.size());
             ++replica) {
            run_.failed[replica] = why;
            run_.diverged_at[replica] = std::nan("");
            run_.recorder.truncate(replica, 0);
        }
    }

    /// A block of several parts, one after the other, says which it is at, and begins with the one it stood
    /// at.
    void begin_part(std::uint64_t part) {
        part_ = part;
        reported_ = 0;
    }
    [[nodiscard]] std::uint64_t part_to_resume() const {
        const std::optional<std::string> state = find("state");
        std::uint64_t part = 0;
        if (state) {
            Archive archive{std::string_view(*state)};
            archive(part);
        }
        return part;
    }
    /// Goes on from the state an earlier start left of this part: `describe` lists it. False if there is
    /// none.
    template <class Describe>
    bool resume(Describe describe) {
        const std::optional<std::string> state = find("state");
        if (!state) return false;
        Archive archive{std::string_view(*state)};
        std::uint64_t part = 0;
        archive(part);
        if (part != part_) return false;
        list(archive, describe);
        report(reported_);
        return true;
    }
    /// Leaves the state for a later start where a stop is asked for, or now and then.
    template <class Describe>
    void keep_state(Describe describe) {
        if (run_.recorder.checkpoint() == nullptr) return;
        const auto begin = std::chrono::steady_clock::now();
        if (!stopped_ &&
            std::chrono::duration<double>(begin - kept_).count() < run_.recorder.checkpoint()->interval())
            return;
        std::string bytes;
        Archive archive(bytes);
        archive(part_);
        list(archive, describe);
        run_.recorder.checkpoint()->replace(name("state"), bytes);
        // Counted twice, so that a slow disk never has more than half of the time.
        const auto end = std::chrono::steady_clock::now();
        kept_ = end + (end - begin);
    }
    /// The block's records as an earlier start finished them; false if it did not.
    bool restore_finished() {
        const std::optional<std::string> done = find("block");
        if (!done) return false;
        Archive archive{std::string_view(*done)};
        list(archive, [](Archive&) {});
        run_.progress.advance(1.0 / run_.blocks);
        return true;
    }
    void keep_finished() {
        if (run_.recorder.checkpoint() == nullptr || run_.progress.stop_requested()) return;
        std::string bytes;
        Archive archive(bytes);
        list(archive, [](Archive&) {});
        run_.recorder.checkpoint()->keep(name("block"), bytes);
    }

  private:
    void report(std::uint64_t steps) {
        const double total = std::max(1.0, static_cast<double>(run_.schedule.back().step)) * run_.blocks;
        run_.progress.advance(static_cast<double>(steps) / total);
    }
    [[nodiscard]] std::string name(const char* what) const {
        return std::string(what) + "/" + run_.recorder.route() + "/" + std::to_string(first_);
    }
    [[nodiscard]] std::optional<std::string> find(const char* what) const {
        if (run_.recorder.checkpoint() == nullptr) return {};
        return run_.recorder.checkpoint()->find(name(what));
    }
    /// What every block has, and what `describe` lists.
    template <class Describe>
    void list(Archive& archive, Describe describe) {
        archive(reported_);
        for (std::size_t replica = first_; replica < std::min(first_ + run_.width, run_.diverged_at.size());
             ++replica)
            archive(run_.diverged_at[replica]);
        run_.recorder.archive_replicas(archive, first_, run_.width);
        describe(archive);
    }

    ReplicaRun& run_;
    std::size_t first_;
    std::uint64_t part_ = 0;
    std::uint64_t reported_ = 0;
    bool stopped_ = false;
    std::chrono::steady_clock::time_point kept_;
};

/// Drives a discrete-time algorithm along the schedule: `advance(n)` makes n steps, `check(step)` looks at
/// the state at least every `check_interval` steps (divergence, interruption, progress) and returns false to
/// end early, `sample(sampling)` observes. `state(archive)` lists all that the steps to come depend on, so
/// that a later start goes on where an earlier one stopped.
template <class State, class Advance, class Check, class Sample>
void follow_schedule(BlockWatch& watch, std::uint64_t check_interval, State state, Advance advance,
                     Check check, Sample sample) {
    std::size_t place = 0;
    std::uint64_t step = 0;
    const auto describe = [&](Archive& archive) {
        archive(place, step);
        state(archive);
    };
    watch.resume(describe);
    const std::vector<Sampling>& schedule = watch.schedule();
    for (; place < schedule.size(); ++place) {
        while (step < schedule[place].step) {
            const std::uint64_t count = std::min(schedule[place].step - step, check_interval);
            advance(count);
            step += count;
            const bool goes_on = check(step);
            if (goes_on || watch.stopped()) watch.keep_state(describe);
            if (!goes_on) return;
        }
        sample(schedule[place]);
    }
}

template <class State, class Advance, class Check, class Sample>
void follow_schedule(BlockWatch& watch, State state, Advance advance, Check check, Sample sample) {
    follow_schedule(watch, watch.check_interval(), state, advance, check, sample);
}

/// Runs `simulate_block(first replica, watch)` for every block of `width` replicas.
template <class SimulateBlock>
Outcome run_replicas(std::size_t replicas, std::size_t width, double steps_per_unit_time,
                     const TimeGrid& grid, Recorder& recorder, Progress& progress,
                     SimulateBlock simulate_block) {
    const auto blocks = static_cast<std::int64_t>((replicas + width - 1) / width);
    ReplicaRun run{.width = width,
                   .grid = grid,
                   .recorder = recorder,
                   .progress = progress,
                   .schedule = sampling_schedule(grid, steps_per_unit_time),
                   .check_interval = steps_between_checks(steps_per_unit_time),
                   .blocks = static_cast<double>(blocks),
                   .diverged_at = std::vector<double>(replicas, std::nan("")),
                   .failed = std::vector<std::string>(replicas),
                   .steps_per_unit_time = steps_per_unit_time};
    parallel_for(blocks, progress, [&](std::int64_t block) {
        const std::size_t first = static_cast<std::size_t>(block) * width;
        BlockWatch watch(run, first);
        if (watch.restore_finished()) return;
        try {
            simulate_block(first, watch);
            watch.keep_finished();
        } catch (const Interrupted&) {
            throw;
        } catch (const std::runtime_error& error) {
            // Not where memory ran out: that depends on what else is at work.
            watch.mark_failed(error.what());
        }
    });

    Outcome outcome;
    for (const double time : run.diverged_at) {
        if (std::isnan(time)) continue;
        ++outcome.diverged_replicas;
        outcome.diverged_at = std::fmin(outcome.diverged_at, time);
    }
    if (outcome.diverged_replicas > 0) outcome.status = Status::diverged;
    for (std::size_t replica = 0; replica < replicas; ++replica) {
        if (run.failed[replica].empty()) continue;
        outcome.status = Status::failed;
        if (outcome.failed_replicas++ == 0)
            outcome.detail = "replica " + std::to_string(replica) + ": " + run.failed[replica];
    }
    return outcome;
}

/// A simulation of one replica that goes in steps.
template <class Type>
concept Stepper = requires(Type stepper, const Type looked_at, Archive& archive, std::uint64_t steps,
                           const Slot& slot) {
    stepper.advance(steps);
    { looked_at.finite() } -> std::convertible_to<bool>;  ///< else it has diverged
    stepper.observe(slot);
    stepper.archive(archive);  ///< all that the steps to come depend on
};

/// Runs `make(replica)`, a Stepper, for every replica of the route. `check_interval` steps are taken between
/// two looks at whether it is finite; 0: often enough in units of time.
template <class Make>
Outcome run_steppers(const RouteRun& run, double steps_per_unit_time, Make make,
                     std::uint64_t check_interval = 0) {
    static_assert(Stepper<std::invoke_result_t<Make, std::size_t>>);
    return run_replicas(
        run.info.replicas, 1, steps_per_unit_time, run.grid, run.recorder, run.progress,
        [&](std::size_t replica, BlockWatch& watch) {
            auto stepper = make(replica);
            follow_schedule(
                watch, check_interval > 0 ? check_interval : watch.check_interval(),
                [&](Archive& archive) { stepper.archive(archive); },
                [&](std::uint64_t steps) { stepper.advance(steps); },
                [&](std::uint64_t step) {
                    if (stepper.finite()) return watch.proceed(step);
                    watch.mark_diverged(replica, step);
                    return false;
                },
                [&](const Sampling& sampling) { stepper.observe(run.recorder.at(replica, sampling)); });
        });
}

}  // namespace hidyn
