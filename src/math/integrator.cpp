// SPDX-License-Identifier: MIT
#include "math/integrator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <boost/numeric/odeint.hpp>
#include <cmath>

#include "core/error.hpp"

namespace hidyn::math {
namespace {

namespace odeint = boost::numeric::odeint;

// A slope out of all proportion, finite so that comparisons hold.
constexpr double out_of_domain = 1e100;

bool all_finite(const State& state) {
    return std::ranges::all_of(state, [](double value) { return std::isfinite(value); });
}

// Root mean square in units of the tolerance.
double size_of(const State& vector, const State& state, const Integration& problem) {
    double sum = 0.0;
    for (std::size_t i = 0; i < state.size(); ++i) {
        const double scale = problem.absolute_tolerance + problem.relative_tolerance * std::abs(state[i]);
        sum += (vector[i] / scale) * (vector[i] / scale);
    }
    return std::sqrt(sum / static_cast<double>(state.size()));
}

// Hairer, Norsett, Wanner, Solving ODEs I, II.4: first and second derivatives bound the first step of a
// method of order 5.
template <class System>
double starting_step(System system, const Integration& problem, const State& state, const State& slope) {
    const double size = size_of(state, state, problem);
    const double change = size_of(slope, state, problem);
    const double guess = size < 1e-5 || change < 1e-5 ? 1e-6 : 0.01 * size / change;
    State ahead = state;
    State slope_ahead(state.size());
    for (std::size_t i = 0; i < state.size(); ++i) ahead[i] += guess * slope[i];
    system(ahead, slope_ahead, guess);
    for (std::size_t i = 0; i < state.size(); ++i) slope_ahead[i] = (slope_ahead[i] - slope[i]) / guess;
    const double steepest = std::max(change, size_of(slope_ahead, state, problem));
    const double step =
        steepest <= 1e-15 ? std::max(1e-6, 1e-3 * guess) : std::pow(0.01 / steepest, 1.0 / 6.0);
    return std::min(100.0 * guess, step);
}

// The time within the stepper's last step at which the event function rises through zero.
template <class Stepper>
double locate_event(Stepper& stepper, const Integration& problem, State& interpolated) {
    const auto event_at = [&](double time) {
        stepper.calc_state(time, interpolated);
        return problem.event(interpolated);
    };
    const double before = stepper.previous_time();
    const double after = stepper.current_time();
    const double low = problem.event(stepper.previous_state());
    const double high = problem.event(stepper.current_state());
    if (low >= 0.0) return before;
    if (high == 0.0) return after;
    std::uintmax_t evaluations = 100;
    const auto bracket = boost::math::tools::toms748_solve(
        event_at, before, after, low, high, boost::math::tools::eps_tolerance<double>(50), evaluations);
    return 0.5 * (bracket.first + bracket.second);
}

}  // namespace

IntegrationReport integrate(const Integration& problem, const State& initial, std::span<const double> times,
                            Progress& progress) {
    IntegrationReport report;
    const auto system = [&](const State& state, State& derivative, double time) {
        ++report.evaluations;
        problem.derivative(state, derivative, time);
        // A trial step may leave the domain. Odeint would accept a NaN error estimate; an enormous one it
        // rejects.
        for (double& value : derivative)
            if (!std::isfinite(value)) value = out_of_domain;
    };
    State slope(initial.size());
    problem.derivative(initial, slope, 0.0);
    const auto fail = [&](Status status, std::string why) {
        report.status = status;
        report.detail = std::move(why);
        return report;
    };
    if (!all_finite(initial) || !all_finite(slope))
        return fail(Status::diverged, "the equations of motion are not finite at the start");

    bool awaited = static_cast<bool>(problem.event);
    if (awaited && problem.event(initial) >= 0.0) {
        problem.happened(0.0);
        awaited = false;
    }
    std::size_t next = 0;
    for (; next < times.size() && times[next] <= 0.0; ++next) problem.record(next, initial);
    if (next == times.size()) return report;

    const double end = times.back();
    auto stepper = odeint::make_dense_output(problem.absolute_tolerance, problem.relative_tolerance,
                                             odeint::runge_kutta_dopri5<State>());
    const double first =
        problem.first_step > 0.0 ? problem.first_step : starting_step(system, problem, initial, slope);
    stepper.initialize(initial, 0.0, std::min(first, end));
    State interpolated(initial.size());
    while (next < times.size()) {
        if (progress.stop_requested()) throw Interrupted();
        if (report.steps == problem.maximum_steps)
            return fail(Status::not_converged,
                        fmt::format("still at t = {:.6g} after {} steps", report.reached, report.steps));
        try {
            stepper.do_step(system);
        } catch (const odeint::odeint_error&) {
            return fail(Status::diverged,
                        fmt::format("no step size reaches the tolerance beyond t = {:.6g}", report.reached));
        }
        ++report.steps;
        const double time = stepper.current_time();
        if (!all_finite(stepper.current_state()) || problem.diverged(stepper.current_state()))
            return fail(Status::diverged, fmt::format("the solution leaves every bound at t = {:.6g}", time));
        if (awaited && problem.event(stepper.current_state()) >= 0.0) {
            problem.happened(locate_event(stepper, problem, interpolated));
            awaited = false;
        }
        for (; next < times.size() && times[next] <= time; ++next) {
            stepper.calc_state(times[next], interpolated);
            problem.record(next, interpolated);
        }
        progress.advance((std::min(time, end) - report.reached) / end);
        report.reached = std::min(time, end);
        report.last_step = stepper.current_time_step();
        if (report.last_step < 1e-14 * std::max(time, 1e-6))
            return fail(Status::diverged, fmt::format("the step size vanishes at t = {:.6g}", time));
    }
    return report;
}

}  // namespace hidyn::math
