// SPDX-License-Identifier: MIT
#include "solvers/closed_form/ghost.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/step_schedule.hpp"
#include "core/typed_route.hpp"
#include "models/ghost/ghost.hpp"

namespace hidyn::closed_form {

using ghost::Ghost;
using ghost::Observables;
using ghost::Task;

double passage_time(double r, double end) {
    if (r <= 0.0) return std::numeric_limits<double>::infinity();
    const double root = std::sqrt(r);
    return std::atan(end / root) / root;
}

namespace {

/// x(t) from 0.
double state(double r, double time) {
    if (r < 0.0) return -std::sqrt(-r) * std::tanh(std::sqrt(-r) * time);
    if (r == 0.0) return 0.0;
    const double angle = std::sqrt(r) * time;
    if (angle >= 0.5 * std::numbers::pi) return ghost::shown_state;
    return std::fmin(ghost::shown_state, std::sqrt(r) * std::tan(angle));
}

}  // namespace

double ghost_loss(double r, double delay, double end) {
    const double activation = passage_time(r, end);
    return activation < 2.0 * delay ? std::abs(delay - activation) : delay;
}

double ghost_gradient(double r, double delay, double end) {
    const double activation = passage_time(r, end);
    if (!(activation < 2.0 * delay)) return 0.0;
    const double far = std::isinf(end) ? 0.0 : 0.5 * end / (r * (r + end * end));
    const double slope = 0.5 * activation / r + far;  // -d activation / dr
    return activation > delay ? -slope : slope;
}

double ghost_critical_rate(double delay) {
    return 3.0 * std::pow(std::numbers::pi, 4) / (32.0 * std::pow(delay, 5));
}

namespace {

/// In rho = r / r*, where the map knows the learning rate in units of the critical one alone (but for the
/// output's threshold): rho <- rho -+ (3/4) (alpha / critical) rho^{-3/2}.
void descend(const Ghost& problem, const RouteRun& run, std::size_t replica) {
    const Observables report(problem);
    const double T = problem.delay;
    const double best = problem.best_parameter();
    double rho = problem.ratios[replica];
    std::uint64_t done = 0;
    for (const Sampling& sampling : sampling_schedule(run.grid, 1.0)) {
        for (; done < sampling.step; ++done)
            rho -= problem.learning_rate * ghost_gradient(rho * best, T, problem.threshold) / best;
        const Slot slot = run.recorder.at(replica, sampling);
        slot.record(report.parameter, rho);
        slot.record(report.loss, ghost_loss(rho * best, T, problem.threshold));
        slot.record(report.activation_time, std::fmin(passage_time(rho * best, problem.threshold), 2.0 * T));
        slot.record(report.trapped, rho < 0.25 ? 1.0 : 0.0);
        if (replica > 0) continue;
        // The output is no step: it goes on while x grows by a few around the threshold.
        run.recorder.record_error(report.loss, sampling.time, 3.0 / (problem.threshold * problem.threshold));
        run.recorder.record_error(report.activation_time, sampling.time, 1e-6 * T);
    }
}

void look(const Ghost& problem, const RouteRun& run) {
    const Observables report(problem);
    const double best = problem.best_parameter();
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        std::vector<double> states, losses, gradients;
        for (const double ratio : problem.ratios) {
            const double r = ratio * best;
            states.push_back(state(r, run.grid.times[time]));
            losses.push_back(ghost_loss(r, problem.delay, problem.threshold));
            gradients.push_back(best * ghost_gradient(r, problem.delay, problem.threshold));
        }
        const Slot slot = run.recorder.at(0, time);
        slot.record(report.state, states);
        slot.record(report.loss_landscape, losses);
        slot.record(report.gradient_landscape, gradients);
    }
}

Outcome pass(const Ghost& problem, const RouteRun& run) {
    if (problem.task == Task::descent)
        for (std::size_t replica = 0; replica < problem.ratios.size(); ++replica)
            descend(problem, run, replica);
    else
        look(problem, run);
    run.progress.advance(1.0);
    Outcome outcome;
    outcome.attributes["critical_learning_rate"] = ghost_critical_rate(problem.delay);
    return outcome;
}

}  // namespace

RouteKind ghost_kind() {
    return {.name = "closed-form",
            .summary =
                "passage past the ghost in closed form: state, loss, gradient and the universal map of "
                "gradient descent",
            .source = "Dinc et al., arXiv 2501.02378, for an output that is a step far from the ghost",
            .theory = true,
            .keys = {},
            .make = solved_by<Ghost>(pass)};
}

}  // namespace hidyn::closed_form
