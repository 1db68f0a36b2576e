// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/archive.hpp"
#include "core/checkpoint.hpp"
#include "core/observables.hpp"
#include "core/step_schedule.hpp"
#include "core/trajectory.hpp"

namespace hidyn {

class Recorder;

/// Where one look at a state goes: the slot of a replica at a grid time, with the weight of the look where a
/// grid time lies between two steps. Values are a number, the components row after row, or a matrix.
class Slot {
  public:
    void record(Handle what, double value) const { record(what, std::span<const double>(&value, 1)); }
    void record(Handle what, std::span<const double> values) const;
    void record(Handle what, const Eigen::MatrixXd& values) const;

    const std::size_t replica;
    const std::size_t time;
    const double weight;

  private:
    friend class Recorder;
    Slot(Recorder& recorder, std::size_t at_replica, std::size_t at_time, double of_weight, bool blends)
        : replica(at_replica), time(at_time), weight(of_weight), recorder_(recorder), blends_(blends) {}

    Recorder& recorder_;
    const bool blends_;
};

/// Receives the observables of a route at grid times. Replicas may be recorded from different threads.
class Recorder {
  public:
    /// `replicas` = 0 for a single theory curve.
    Recorder(const std::vector<Observable>& observables, std::size_t replicas, std::size_t times);

    [[nodiscard]] std::size_t times() const { return times_; }
    [[nodiscard]] const std::vector<Series>& series() const { return trajectory_.series; }

    /// Of a look that stands for a grid time alone: it replaces what was there.
    [[nodiscard]] Slot at(std::size_t replica, std::size_t time) {
        return {*this, replica, time, 1.0, false};
    }
    /// Of a look at a step: the looks at the two steps around a grid time add up, each with its weight.
    [[nodiscard]] Slot at(std::size_t replica, const Sampling& sampling) {
        return {*this, replica, sampling.time, sampling.weight, true};
    }

    /// The theory's own error and its predicted d * Var over replicas, [component] at one time.
    void record_error(Handle what, std::size_t time, double value) {
        record_error(what, time, std::span<const double>(&value, 1));
    }
    void record_error(Handle what, std::size_t time, std::span<const double> values) {
        if (what) store_error(what.place(), time, values);
    }
    void record_variance(Handle what, std::size_t time, std::span<const double> values) {
        if (what) store_variance(what.place(), time, values);
    }
    /// Nothing is known of this replica from grid index `from_time` on: all its entries become NaN.
    void truncate(std::size_t replica, std::size_t from_time);

    /// A curve that was solved elsewhere, with the series in the order of this recorder; its errors only if
    /// so asked, its variances where it has them.
    void record_solution(std::size_t replica, const std::vector<Series>& solution, bool with_errors);

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
    friend class Slot;
    void store(std::size_t series, std::size_t replica, std::size_t time, std::span<const double> values);
    /// Adds weight * values; the first call at a slot starts from zero.
    void blend(std::size_t series, std::size_t replica, std::size_t time, double weight,
               std::span<const double> values);
    void store_error(std::size_t series, std::size_t time, std::span<const double> values);
    void store_variance(std::size_t series, std::size_t time, std::span<const double> values);

    Trajectory trajectory_;
    std::size_t times_;
    Checkpoint* checkpoint_ = nullptr;
    std::string route_;
};

}  // namespace hidyn
