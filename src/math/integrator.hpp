// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "core/route.hpp"

/// Integration of ordinary differential equations, for every theory that is one. This is the only place that
/// touches Boost.Odeint: always a controlled Dormand-Prince 5(4) stepper with dense output at the asked
/// times, always a step guard, 64-bit counters, and finiteness checked at every step (a NaN error estimate
/// would count as success there: a trial step that ends outside the equations' domain is repeated shorter).
namespace hidyn::math {

using State = std::vector<double>;

struct Integration {
    /// dy/dt into `derivative` (already of the right size).
    std::function<void(const State& state, State& derivative, double time)> derivative;
    /// True when the state has left the domain: the integration ends there as diverged.
    std::function<bool(const State& state)> diverged = [](const State&) { return false; };
    /// Called at times[index], in order.
    std::function<void(std::size_t index, const State& state)> record;
    /// If given: `happened` is called once, with the first time at which this is not negative, before any
    /// later time is recorded. Located to rounding within the step that ends beyond it.
    std::function<double(const State& state)> event = {};
    std::function<void(double time)> happened = {};

    double relative_tolerance = 1e-9;
    double absolute_tolerance = 1e-9;
    std::uint64_t maximum_steps = 50'000'000;
    double first_step = 0.0;  ///< 0: chosen from the derivative
};

struct IntegrationReport {
    Status status = Status::complete;
    double reached = 0.0;  ///< time of the last good state
    std::uint64_t steps = 0;
    std::uint64_t evaluations = 0;
    double last_step = 0.0;  ///< for a restart that does not begin blind
    std::string detail;
};

/// Integrates from `initial` at t = 0 through all times (increasing, >= 0). Throws Interrupted when asked to
/// stop.
[[nodiscard]] IntegrationReport integrate(const Integration& problem, const State& initial,
                                          std::span<const double> times, Progress& progress);

}  // namespace hidyn::math
