// SPDX-License-Identifier: MIT
#include "core/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hidyn {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void put(std::vector<double>& target, const Series& series, std::size_t time,
         std::span<const double> values) {
    if (target.empty()) target.assign(series.times * series.components(), missing);
    std::copy(values.begin(), values.end(),
              target.begin() + static_cast<std::ptrdiff_t>(time * series.components()));
}

}  // namespace

Recorder::Recorder(const std::vector<Observable>& observables, std::size_t replicas, std::size_t times)
    : times_(times) {
    for (const Observable& observable : observables)
        trajectory_.series.emplace_back(observable, replicas, times);
}

void Recorder::store(std::size_t observable, std::size_t replica, std::size_t time,
                     std::span<const double> values) {
    const std::span<double> slot = trajectory_.series[observable].at(replica, time);
    std::copy_n(values.begin(), slot.size(), slot.begin());
}

void Recorder::blend(std::size_t observable, std::size_t replica, std::size_t time, double weight,
                     std::span<const double> values) {
    const std::span<double> slot = trajectory_.series[observable].at(replica, time);
    for (std::size_t component = 0; component < slot.size(); ++component) {
        const double before = std::isnan(slot[component]) ? 0.0 : slot[component];
        slot[component] = before + weight * values[component];
    }
}

void Slot::record(Handle what, std::span<const double> values) const {
    if (!what) return;
    if (blends_)
        recorder_.blend(what.place(), replica, time, weight, values);
    else
        recorder_.store(what.place(), replica, time, values);
}

void Slot::record(Handle what, const Eigen::MatrixXd& values) const {
    if (!what) return;
    std::vector<double> rows;
    rows.reserve(static_cast<std::size_t>(values.size()));
    for (Eigen::Index row = 0; row < values.rows(); ++row)
        for (Eigen::Index column = 0; column < values.cols(); ++column) rows.push_back(values(row, column));
    record(what, std::span<const double>(rows));
}

void Recorder::truncate(std::size_t replica, std::size_t from_time) {
    for (Series& series : trajectory_.series)
        for (std::size_t time = from_time; time < times_; ++time)
            std::ranges::fill(series.at(replica, time), missing);
}

void Recorder::archive_replicas(Archive& archive, std::size_t first, std::size_t count) {
    for (Series& series : trajectory_.series)
        for (std::size_t replica = first; replica < std::min(first + count, series.replicas); ++replica)
            for (std::size_t time = 0; time < times_; ++time)
                for (double& value : series.at(replica, time)) archive(value);
}

void Recorder::store_error(std::size_t observable, std::size_t time, std::span<const double> values) {
    Series& series = trajectory_.series[observable];
    put(series.error, series, time, values);
}

void Recorder::store_variance(std::size_t observable, std::size_t time, std::span<const double> values) {
    Series& series = trajectory_.series[observable];
    put(series.variance, series, time, values);
}

void Recorder::record_solution(std::size_t replica, const std::vector<Series>& solution, bool with_errors) {
    for (std::size_t place = 0; place < solution.size(); ++place) {
        const Series& series = solution[place];
        const std::size_t width = series.components();
        for (std::size_t time = 0; time < series.times; ++time) {
            store(place, replica, time, series.at(0, time));
            const auto slice = [&](const std::vector<double>& all) {
                return std::span<const double>(all).subspan(time * width, width);
            };
            if (with_errors && !series.error.empty()) store_error(place, time, slice(series.error));
            if (!series.variance.empty()) store_variance(place, time, slice(series.variance));
        }
    }
}

}  // namespace hidyn
