// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace hidyn::run {

/// The processes that work on one batch: the ranks that mpirun (or srun) started, or this one alone. The
/// first leads: it hands out the points, one at a time to whoever is free. The program `hidyn-mpi` has the
/// crew of MPI, `hidyn` that of one.
class Crew {
  public:
    /// How a member leaves, the worse the later.
    enum class Ending { done, interrupted, failed };

    Crew();
    /// Waits until all have left.
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    [[nodiscard]] bool leads() const;
    [[nodiscard]] std::size_t size() const;

    /// The leader answers the others, beside its own work, until they have left. `next` is called from
    /// another thread, and so is `finished` with the number of points that others have done since they last
    /// asked.
    void serve(std::function<std::optional<std::size_t>()> next, std::function<void(std::size_t)> finished);
    /// The leader waits until the others have left; returns the worst of their endings.
    Ending wait();

    /// The next point from the leader; from any thread of the other ranks. `finished`: points done since.
    [[nodiscard]] std::optional<std::size_t> ask(std::size_t finished);
    /// Says that this rank will not ask again.
    void leave(Ending ending);

  private:
    struct Ranks;
    std::unique_ptr<Ranks> ranks_;
};

}  // namespace hidyn::run
