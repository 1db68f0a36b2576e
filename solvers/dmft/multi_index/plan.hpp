// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "core/typed_route.hpp"
#include "models/multi_index/multi_index.hpp"
#include "solvers/dmft/solution.hpp"
#include "solvers/dmft/trajectories/trajectories.hpp"

namespace hidyn::dmft {

enum class Engine { closed, events, trajectories };

/// Everything about how the theory is solved, chosen before anything runs.
struct Plan {
    Engine engine = Engine::trajectories;
    Tangent tangent = Tangent::random;
    double step = 0.1;
    bool extrapolate = false;
    double second_order = 0.1;  ///< the step's second-order error in units of its first-order one
    std::size_t repeats = 1;
    std::size_t trajectories = 0;
    std::size_t nodes = 12;
    std::uint64_t seed = 0;

    [[nodiscard]] Discretization grid(std::size_t level, double end) const {
        const double fine = level == 0 ? step : 0.5 * step;
        // A last recorded time between two steps needs the one behind it.
        // So many steps fit no memory; more would not even fit a whole number.
        return {.step = fine,
                .steps = static_cast<std::size_t>(std::min(std::ceil(end / fine - 1e-9), 1e12))};
    }
    [[nodiscard]] std::size_t levels() const { return extrapolate ? 2 : 1; }
};

/// Complains, and returns nothing, where the theory does not exist for this problem, the keys do not fit it,
/// or its solution does not fit this machine.
[[nodiscard]] std::optional<Plan> make_plan(const Asked<multi_index::MultiIndex>& asked);

}  // namespace hidyn::dmft
