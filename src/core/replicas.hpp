#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

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
    const TimeGrid& grid;
    Recorder& recorder;
    Progress& progress;
    std::vector<Sampling> schedule;
    std::uint64_t check_interval;
    double blocks;
    std::vector<double> diverged_at;  ///< per replica; NaN: did not
    double steps_per_unit_time;
};

/// One block's view of the run.
class BlockWatch {
  public:
    explicit BlockWatch(ReplicaRun& run) : run_(run) {}

    [[nodiscard]] const std::vector<Sampling>& schedule() const { return run_.schedule; }
    [[nodiscard]] std::uint64_t check_interval() const { return run_.check_interval; }

    /// Reports progress up to `step`; false when the run is to stop.
    [[nodiscard]] bool proceed(std::uint64_t step) {
        const double total = std::max(1.0, static_cast<double>(run_.schedule.back().step)) * run_.blocks;
        run_.progress.advance(static_cast<double>(step - reported_) / total);
        reported_ = step;
        return !run_.progress.stop_requested();
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

  private:
    ReplicaRun& run_;
    std::uint64_t reported_ = 0;
};

/// Runs `simulate_block(first replica, watch)` for every block of `width` replicas.
template <class SimulateBlock>
Outcome run_replicas(std::size_t replicas, std::size_t width, double steps_per_unit_time,
                     const TimeGrid& grid, Recorder& recorder, Progress& progress,
                     SimulateBlock simulate_block) {
    const auto blocks = static_cast<std::int64_t>((replicas + width - 1) / width);
    ReplicaRun run{.grid = grid,
                   .recorder = recorder,
                   .progress = progress,
                   .schedule = sampling_schedule(grid, steps_per_unit_time),
                   .check_interval = steps_between_checks(steps_per_unit_time),
                   .blocks = static_cast<double>(blocks),
                   .diverged_at = std::vector<double>(replicas, std::nan("")),
                   .steps_per_unit_time = steps_per_unit_time};
    parallel_for(blocks, progress, [&](std::int64_t block) {
        BlockWatch watch(run);
        simulate_block(static_cast<std::size_t>(block) * width, watch);
    });

    Outcome outcome;
    for (const double time : run.diverged_at) {
        if (std::isnan(time)) continue;
        ++outcome.diverged_replicas;
        outcome.diverged_at = std::fmin(outcome.diverged_at, time);
    }
    if (outcome.diverged_replicas > 0) outcome.status = Status::diverged;
    return outcome;
}

}  // namespace hidyn
