#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "solvers/dmft/jump_schedule.hpp"
#include "solvers/dmft/packed.hpp"
#include "solvers/dmft/process.hpp"

namespace hidyn::dmft {

inline constexpr std::size_t event_lanes = 8;  ///< trajectories that run side by side

/// Eight trajectories. All groups are read at every step, so what grows with the square of the jumps is kept
/// in single precision: the Monte Carlo error is four orders of magnitude larger. Every array is a row of
/// eight numbers per entry. Entries of jumps that have not happened yet are those of no jump (unit factor,
/// zero force), so all lanes can be treated alike.
struct EventGroup {
    std::size_t count = 0;           ///< lanes in use
    std::size_t jumps = 0;           ///< the largest number in any lane
    std::vector<std::int32_t> step;  ///< [jump][lane]; the last slot of a kernel row where there is none
    std::vector<double> strength;    ///< [jump][lane]
    std::vector<double> normals;     ///< [jump][student][lane]
    std::vector<double> teacher;     ///< [teacher][lane]: lambda*
    std::array<double, event_lanes> label{};
    std::vector<float> factor;   ///< lower triangle of the regression's Cholesky factor, inverse diagonal
    std::vector<double> white;   ///< whitened coordinates of (lambda*, h^{s_1}, ..)
    std::vector<double> force;   ///< [jump][student][lane]: g^{s_p}
    std::vector<float> tangent;  ///< [p][q <= p][k][l][lane]: a^{s_p} D^{s_p, s_q}
    std::array<std::size_t, event_lanes> happened{};
    std::size_t active = 0;  ///< jumps that some lane has made

    [[nodiscard]] std::int32_t step_of(std::size_t jump, std::size_t lane) const {
        return step[jump * event_lanes + lane];
    }
};

/// All trajectories of a schedule in groups, before their first jump.
[[nodiscard]] std::vector<EventGroup> event_groups(const Process& process, const JumpSchedule& schedule,
                                                   std::size_t steps);

}  // namespace hidyn::dmft
