#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/archive.hpp"
#include "core/checkpoint.hpp"
#include "core/trajectory.hpp"

namespace hidyn {

/// Receives the observables of a route at grid times. Replicas may be recorded from different threads.
class Recorder {
  public:
    /// `replicas` = 0 for a single theory curve.
    Recorder(const std::vector<Observable>& observables, std::size_t replicas, std::size_t times);

    [[nodiscard]] std::size_t times() const { return times_; }
    [[nodiscard]] const std::vector<Series>& series() const { return trajectory_.series; }

    /// Stores the components of one observable (numbered as declared).
    void record(std::size_t observable, std::size_t replica, std::size_t time,
                std::span<const double> values);
    /// Adds weight * values; the first call at a slot starts from zero. For grid times between two steps.
    void blend(std::size_t observable, std::size_t replica, std::size_t time, double weight,
               std::span<const double> values);
    /// Nothing is known of this replica from grid index `from_time` on: all its entries become NaN.
    void truncate(std::size_t replica, std::size_t from_time);

    /// The theory's own error and its predicted d * Var over replicas, [component] at one time.
    void record_error(std::size_t observable, std::size_t time, std::span<const double> values);
    void record_variance(std::size_t observable, std::size_t time, std::span<const double> values);

    /// Where blocks of replicas keep what they have, under names that begin with `route`; null: nowhere.
    void keep_in(Checkpoint* checkpoint, std::string route) {
        checkpoint_ = checkpoint;
        route_ = std::move(route);
    }
    [[nodiscard]] Checkpoint* checkpoint() const { return checkpoint_; }
    [[nodiscard]] const std::string& route() const { return route_; }
    /// All that is recorded of `count` replicas from `first` on; those beyond the last are not there.
    void archive_replicas(Archive& archive, std::size_t first, std::size_t count);

    [[nodiscard]] Trajectory take() { return std::move(trajectory_); }

  private:
    Trajectory trajectory_;
    std::size_t times_;
    Checkpoint* checkpoint_ = nullptr;
    std::string route_;
};

}  // namespace hidyn
