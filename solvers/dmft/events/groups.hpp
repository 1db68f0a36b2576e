// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/aligned.hpp"
#include "solvers/dmft/events/jump_schedule.hpp"
#include "solvers/dmft/process.hpp"

namespace hidyn::dmft {

inline constexpr std::size_t event_lanes = 8;  ///< trajectories that run side by side

/// What eight trajectories remember of their p-th jump; a row is eight numbers, one per trajectory. What
/// grows with the square of the jumps is kept in single precision: the Monte Carlo error is four orders of
/// magnitude larger. A jump that has not happened yet is that of no jump (no inverse diagonal, zero force),
/// so all lanes can be treated alike.
struct JumpRecord {
    std::int32_t* step;  ///< the last slot of a kernel row where there is none
    double* white;       ///< [student]: whitened coordinates of h^{s_p}
    double* force;       ///< [student]: g^{s_p}
    float* factor;       ///< K rows of the regression's Cholesky factor, inverse diagonals
    float* tangent;      ///< [q <= p][k][l]: a^{s_p} D^{s_p, s_q}
};

/// Eight trajectories.
struct EventGroup {
    std::byte* memory = nullptr;
    std::size_t jumps = 0;         ///< the largest number in any lane
    std::vector<double> strength;  ///< [jump][lane]
    std::vector<double> normals;   ///< [jump][student][lane]
    std::array<std::size_t, event_lanes> happened{};
    std::array<std::int32_t, event_lanes> next{};  ///< step of the next jump
    std::size_t active = 0;                        ///< jumps that some lane has made
};

/// Where the parts of a group's memory lie. All groups are read at every step, so what a step reads is one
/// stretch: the head, then jump after jump.
class EventLayout {
  public:
    EventLayout(std::size_t students, std::size_t teachers, std::size_t most_jumps);

    [[nodiscard]] std::size_t most_jumps() const { return jump_.size() - 1; }
    [[nodiscard]] std::size_t bytes(std::size_t jumps) const { return jump_[jumps]; }
    [[nodiscard]] double* label(std::byte* memory) const { return reinterpret_cast<double*>(memory); }
    /// [teacher]: lambda*
    [[nodiscard]] double* teacher(std::byte* memory) const { return label(memory) + event_lanes; }
    /// [teacher]: whitened coordinates of lambda*
    [[nodiscard]] double* teacher_white(std::byte* memory) const {
        return teacher(memory) + teachers_ * event_lanes;
    }
    [[nodiscard]] JumpRecord jump(std::byte* memory, std::size_t p) const;
    /// Asks the memory for what a step reads of a group.
    void fetch(const EventGroup& group) const;

  private:
    std::size_t students_, teachers_;
    std::vector<std::size_t> jump_;  ///< offset of each record and of the end
};

/// All trajectories of a schedule, a multiple of eight, before their first jump.
class EventGroups {
  public:
    EventGroups(const Process& process, const JumpSchedule& schedule, std::size_t steps);

    [[nodiscard]] const EventLayout& layout() const { return layout_; }
    [[nodiscard]] std::size_t size() const { return groups_.size(); }
    [[nodiscard]] std::size_t most_jumps() const { return layout_.most_jumps(); }
    [[nodiscard]] EventGroup& operator[](std::size_t index) { return groups_[index]; }
    /// The lane's next jump has happened.
    void advance(EventGroup& group, std::size_t lane) const;

  private:
    void fill(EventGroup& group, const Process& process, const JumpSchedule& schedule, std::size_t begin);

    EventLayout layout_;
    std::int32_t nowhere_;
    std::vector<std::byte, CacheAligned<std::byte>> memory_;
    std::vector<EventGroup> groups_;
};

}  // namespace hidyn::dmft
