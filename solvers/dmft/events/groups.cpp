// SPDX-License-Identifier: MIT
#include "solvers/dmft/events/groups.hpp"

#include <algorithm>

#include "math/matrices/linear_systems.hpp"

namespace hidyn::dmft {
namespace {

using Eigen::Index;

std::size_t most_jumps_of(const JumpSchedule& schedule) {
    std::size_t most = 0;
    for (std::size_t index = 0; index < schedule.trajectories; ++index)
        most = std::max(most, schedule.jumps(index));
    return most;
}

/// Entries of the K rows that jump p adds to a packed factor whose first rows are the teachers'.
std::size_t factor_entries(std::size_t K, std::size_t M, std::size_t p) {
    return K * (M + p * K) + K * (K + 1) / 2;
}

}  // namespace

EventLayout::EventLayout(std::size_t students, std::size_t teachers, std::size_t most_jumps)
    : students_(students), teachers_(teachers) {
    std::size_t offset = (1 + 2 * teachers) * event_lanes * sizeof(double);
    for (std::size_t p = 0; p <= most_jumps; ++p) {
        jump_.push_back(offset);
        const std::size_t singles = factor_entries(students, teachers, p) + (p + 1) * students * students;
        offset +=
            event_lanes * (sizeof(std::int32_t) + 2 * students * sizeof(double) + singles * sizeof(float));
    }
}

JumpRecord EventLayout::jump(std::byte* memory, std::size_t p) const {
    std::byte* place = memory + jump_[p];
    const auto take = [&]<class Number>(Number*, std::size_t rows) {
        auto* taken = reinterpret_cast<Number*>(place);
        place += rows * event_lanes * sizeof(Number);
        return taken;
    };
    JumpRecord record{};
    record.step = take(record.step, 1);
    record.white = take(record.white, students_);
    record.force = take(record.force, students_);
    record.factor = take(record.factor, factor_entries(students_, teachers_, p));
    record.tangent = take(record.tangent, 0);
    return record;
}

void EventLayout::fetch(const EventGroup& group) const {
    constexpr std::size_t line = 64;
    for (std::size_t place = 0; place < bytes(group.active); place += line)
        __builtin_prefetch(group.memory + place);
}

EventGroups::EventGroups(const Process& process, const JumpSchedule& schedule, std::size_t steps)
    : layout_(process.students, process.teachers, most_jumps_of(schedule)),
      nowhere_(static_cast<std::int32_t>(steps + 1)) {
    std::vector<std::size_t> offset;
    std::size_t bytes = 0;
    for (std::size_t begin = 0; begin < schedule.trajectories; begin += event_lanes) {
        EventGroup& group = groups_.emplace_back();
        for (std::size_t lane = 0; lane < event_lanes; ++lane)
            group.jumps = std::max(group.jumps, schedule.jumps(begin + lane));
        offset.push_back(bytes);
        bytes += (layout_.bytes(group.jumps) + 63) / 64 * 64;
    }
    memory_.resize(bytes);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        groups_[g].memory = memory_.data() + offset[g];
        for (std::size_t p = 0; p < groups_[g].jumps; ++p)
            std::fill_n(layout_.jump(groups_[g].memory, p).step, event_lanes, nowhere_);
        fill(groups_[g], process, schedule, g * event_lanes);
    }
}

void EventGroups::fill(EventGroup& group, const Process& process, const JumpSchedule& schedule,
                       std::size_t begin) {
    const std::size_t K = process.students;
    const std::size_t M = process.teachers;
    const Eigen::MatrixXd root = math::cholesky_factor(process.T);
    group.strength.assign(group.jumps * event_lanes, 0.0);
    group.normals.assign(group.jumps * K * event_lanes, 0.0);
    double* teacher = layout_.teacher(group.memory);
    double* white = layout_.teacher_white(group.memory);
    std::array<double, event_lanes> noise{};
    for (std::size_t lane = 0; lane < event_lanes; ++lane) {
        const std::size_t index = begin + lane;
        noise[lane] = schedule.noise[index];
        for (std::size_t m = 0; m < M; ++m) {
            const double normal = schedule.teacher_normals[index * M + m];
            white[m * event_lanes + lane] = normal;
            for (std::size_t row = m; row < M; ++row)
                teacher[row * event_lanes + lane] +=
                    root(static_cast<Index>(row), static_cast<Index>(m)) * normal;
        }
        for (std::size_t p = 0; p < schedule.jumps(index); ++p) {
            const std::size_t jump = schedule.first[index] + p;
            layout_.jump(group.memory, p).step[lane] = static_cast<std::int32_t>(schedule.step[jump]);
            group.strength[p * event_lanes + lane] = schedule.strength[jump];
            for (std::size_t k = 0; k < K; ++k)
                group.normals[(p * K + k) * event_lanes + lane] = schedule.normals[jump * K + k];
        }
    }
    for (std::size_t lane = 0; lane < event_lanes; ++lane)
        group.next[lane] = group.jumps > 0 ? layout_.jump(group.memory, 0).step[lane] : nowhere_;
    process.label(teacher, event_lanes, noise.data(), event_lanes, layout_.label(group.memory));
}

void EventGroups::advance(EventGroup& group, std::size_t lane) const {
    const std::size_t p = ++group.happened[lane];
    group.active = std::max(group.active, p);
    group.next[lane] = p < group.jumps ? layout_.jump(group.memory, p).step[lane] : nowhere_;
}

}  // namespace hidyn::dmft
