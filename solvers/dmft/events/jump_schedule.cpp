// SPDX-License-Identifier: MIT
#include "solvers/dmft/events/jump_schedule.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "math/gaussian/normal_quantile.hpp"
#include "math/gaussian/sobol_normals.hpp"
#include "random/poisson.hpp"
#include "random/stream.hpp"

namespace hidyn::dmft {
namespace {

// Coordinates driven by the Sobol sequence: teacher, noise, and the first jumps with their normals.
constexpr std::size_t sobol_jumps = 4;

/// One trajectory before sorting.
struct Trajectory {
    std::vector<double> teacher;
    double noise = 0.0;
    std::vector<std::size_t> step;
    std::vector<double> strength;
    std::vector<double> normals;
};

/// A Poisson variable given that it is at least 1.
double truncated_poisson(double mean, double uniform) {
    return random::invert_poisson(1.0, mean / std::expm1(mean), mean, uniform);
}

class Drawer {
  public:
    Drawer(const Process& process, const Discretization& grid, const Draw& draw)
        : process_(process), grid_(grid), draw_(draw), mean_(process.driver_mean(grid.step)) {
        const double jump = process.driver == Driver::poisson ? -std::expm1(-mean_) : mean_;
        log_stay_ = std::log1p(-jump);  // -inf when a sample is drawn at every step
        const std::size_t dimensions = process.teachers + 1 + sobol_jumps * (1 + process.students);
        random::Stream shifts(key(0, random::Purpose::frame));
        std::vector<std::uint64_t> shift(dimensions);
        for (std::uint64_t& word : shift) word = shifts.bits();
        uniforms_ = math::sobol_uniforms(draw.trajectories, shift);
    }

    [[nodiscard]] Trajectory trajectory(std::size_t index) const {
        const auto row = uniforms_.row(static_cast<Eigen::Index>(index));
        random::Stream stream(key(static_cast<std::uint32_t>(index), random::Purpose::dynamics));
        Eigen::Index place = 0;
        const auto uniform = [&] { return place < row.size() ? row[place++] : stream.uniform(); };
        const auto normal = [&] {
            return place < row.size() ? math::normal_quantile(row[place++]) : stream.normal();
        };
        Trajectory one;
        for (std::size_t m = 0; m < process_.teachers; ++m) one.teacher.push_back(normal());
        one.noise = normal();
        double next = 0.0;
        while (true) {
            // The number of steps without a jump is geometric.
            next += std::floor(std::log(uniform()) / log_stay_);
            if (!(next < static_cast<double>(grid_.steps) + 1.0)) break;
            one.step.push_back(static_cast<std::size_t>(next));
            for (std::size_t k = 0; k < process_.students; ++k) one.normals.push_back(normal());
            one.strength.push_back(
                process_.driver == Driver::poisson ? truncated_poisson(mean_, stream.uniform()) : 1.0);
            next += 1.0;
        }
        return one;
    }

  private:
    [[nodiscard]] random::StreamKey key(std::uint32_t lane, random::Purpose purpose) const {
        return {.seed = draw_.seed,
                .route = draw_.route,
                .replica = draw_.repeat,
                .purpose = purpose,
                .lane = lane};
    }

    const Process& process_;
    const Discretization& grid_;
    const Draw& draw_;
    double mean_;
    double log_stay_ = 0.0;
    Eigen::MatrixXd uniforms_;
};

}  // namespace

JumpSchedule draw_jumps(const Process& process, const Discretization& grid, const Draw& draw) {
    const Drawer drawer(process, grid, draw);
    std::vector<Trajectory> drawn;
    drawn.reserve(draw.trajectories);
    for (std::size_t index = 0; index < draw.trajectories; ++index) drawn.push_back(drawer.trajectory(index));
    std::vector<std::size_t> order(drawn.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t index) {
        const std::vector<std::size_t>& step = drawn[index].step;
        return std::pair(step.size(), std::accumulate(step.begin(), step.end(), std::size_t{0}));
    });

    JumpSchedule schedule{
        .trajectories = draw.trajectories, .students = process.students, .teachers = process.teachers};
    schedule.first.push_back(0);
    for (const std::size_t index : order) {
        const Trajectory& one = drawn[index];
        schedule.teacher_normals.insert(schedule.teacher_normals.end(), one.teacher.begin(),
                                        one.teacher.end());
        schedule.noise.push_back(one.noise);
        schedule.step.insert(schedule.step.end(), one.step.begin(), one.step.end());
        schedule.strength.insert(schedule.strength.end(), one.strength.begin(), one.strength.end());
        schedule.normals.insert(schedule.normals.end(), one.normals.begin(), one.normals.end());
        schedule.first.push_back(schedule.step.size());
    }
    return schedule;
}

}  // namespace hidyn::dmft
