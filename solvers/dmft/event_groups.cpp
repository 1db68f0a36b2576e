#include "solvers/dmft/event_groups.hpp"

#include <Eigen/Cholesky>
#include <algorithm>

namespace hidyn::dmft {
namespace {

using Eigen::Index;

constexpr std::size_t lanes = event_lanes;

}  // namespace

std::vector<EventGroup> event_groups(const Process& process, const JumpSchedule& schedule, std::size_t steps) {
    const std::size_t K = process.students;
    const std::size_t M = process.teachers;
    std::vector<EventGroup> groups;
    const Eigen::MatrixXd root = process.T.llt().matrixL();
    const auto nowhere = static_cast<std::int32_t>(steps + 1);
    std::vector<double> noise(lanes, 0.0);
    for (std::size_t begin = 0; begin < schedule.trajectories; begin += lanes) {
        EventGroup& group = groups.emplace_back();
        group.count = std::min(lanes, schedule.trajectories - begin);
        for (std::size_t lane = 0; lane < group.count; ++lane)
            group.jumps = std::max(group.jumps, schedule.jumps(begin + lane));
        const std::size_t size = M + group.jumps * K;
        group.step.assign(group.jumps * lanes, nowhere);
        group.strength.assign(group.jumps * lanes, 0.0);
        group.normals.assign(group.jumps * K * lanes, 0.0);
        group.teacher.assign(M * lanes, 0.0);
        group.factor.assign(packed(size, 0) * lanes, 0.0F);
        group.white.assign(size * lanes, 0.0);
        group.force.assign(group.jumps * K * lanes, 0.0);
        group.tangent.assign(packed(group.jumps, 0) * K * K * lanes, 0.0F);
        for (std::size_t n = 0; n < size; ++n)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                group.factor[packed(n, n) * lanes + lane] = 1.0F;
        for (std::size_t m = 0; m < M; ++m)
            for (std::size_t j = 0; j <= m; ++j) {
                const double entry = root(static_cast<Index>(m), static_cast<Index>(j));
                for (std::size_t lane = 0; lane < lanes; ++lane)
                    group.factor[packed(m, j) * lanes + lane] =
                        static_cast<float>(m == j ? 1.0 / entry : entry);
            }
        std::ranges::fill(noise, 0.0);
        for (std::size_t lane = 0; lane < group.count; ++lane) {
            const std::size_t index = begin + lane;
            noise[lane] = schedule.noise[index];
            for (std::size_t m = 0; m < M; ++m) {
                const double normal = schedule.teacher_normals[index * M + m];
                group.white[m * lanes + lane] = normal;
                for (std::size_t row = m; row < M; ++row)
                    group.teacher[row * lanes + lane] +=
                        root(static_cast<Index>(row), static_cast<Index>(m)) * normal;
            }
            for (std::size_t p = 0; p < schedule.jumps(index); ++p) {
                const std::size_t jump = schedule.first[index] + p;
                group.step[p * lanes + lane] = static_cast<std::int32_t>(schedule.step[jump]);
                group.strength[p * lanes + lane] = schedule.strength[jump];
                for (std::size_t k = 0; k < K; ++k)
                    group.normals[(p * K + k) * lanes + lane] = schedule.normals[jump * K + k];
            }
        }
        process.label(group.teacher.data(), lanes, noise.data(), lanes, group.label.data());
    }
    return groups;
}

}  // namespace hidyn::dmft
