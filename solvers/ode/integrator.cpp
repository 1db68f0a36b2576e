#include "solvers/ode/integrator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/numeric/odeint.hpp>
#include <cmath>

#include "core/error.hpp"

namespace hidyn::ode {
namespace {

namespace odeint = boost::numeric::odeint;

constexpr double out_of_domain = 1e100;

bool all_finite(const State& state) {
    return std::ranges::all_of(state, [](double value) { return std::isfinite(value); });
}

// Hairer, Norsett, Wanner, Solving ODEs I, II.4: a step over which the state changes by about one per cent.
double starting_step(const Integration& problem, const State& state, const State& slope) {
    double size = 0.0;
    double change = 0.0;
    for (std::size_t i = 0; i < state.size(); ++i) {
        const double scale = problem.absolute_tolerance + problem.relative_tolerance * std::abs(state[i]);
        size += std::pow(state[i] / scale, 2);
        change += std::pow(slope[i] / scale, 2);
    }
    if (size < 1e-10 || change < 1e-10) return 1e-6;
    return 0.01 * std::sqrt(size / change);
}

}  // namespace

IntegrationReport integrate(const Integration& problem, State initial, std::span<const double> times,
                            Progress& progress) {
    IntegrationReport report;
    State slope(initial.size());
    problem.derivative(initial, slope, 0.0);
    ++report.evaluations;
    const auto system = [&](const State& state, State& derivative, double time) {
        ++report.evaluations;
        problem.derivative(state, derivative, time);
        // A trial step that is far too long leaves the domain of the equations. odeint would accept a NaN, for
        // which no comparison holds; a number out of all proportion makes it try again with a shorter step.
        for (double& value : derivative)
            if (!std::isfinite(value)) value = out_of_domain;
    };
    const auto fail = [&](Status status, std::string why) {
        report.status = status;
        report.detail = std::move(why);
        return report;
    };
    if (!all_finite(initial) || !all_finite(slope))
        return fail(Status::diverged, "the equations of motion are not finite at the start");

    std::size_t next = 0;
    for (; next < times.size() && times[next] <= 0.0; ++next) problem.record(next, initial);
    if (next == times.size()) return report;

    const double end = times.back();
    auto stepper = odeint::make_dense_output(problem.absolute_tolerance, problem.relative_tolerance,
                                             odeint::runge_kutta_dopri5<State>());
    const double first =
        problem.first_step > 0.0 ? problem.first_step : starting_step(problem, initial, slope);
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

}  // namespace hidyn::ode
