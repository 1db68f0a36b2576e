// SPDX-License-Identifier: MIT
#include "models/ghost/neuron.hpp"

#include <algorithm>
#include <cmath>

#include "math/integrator.hpp"

namespace hidyn::ghost {

// Far beyond the threshold the output is on whatever x does, and x may stand still.
Response respond(const Ghost& problem, double r) {
    const double far = problem.threshold + 40.0;
    Response response{.activation_time = 2.0 * problem.delay};
    math::State state{0.0, 0.0, 0.0, 0.0};  // x, dx/dr, loss, its derivative
    bool crossed = false;
    for (const double target : {0.0, 1.0}) {
        const double begin = target * problem.delay;
        const math::Integration half{
            .derivative =
                [&](const math::State& at, math::State& change, double) {
                    const double x = at[0];
                    const double output = 1.0 / (1.0 + std::exp(problem.threshold - x));
                    const double off = output - target;
                    const double slope = output * (1.0 - output) * at[1];
                    const bool moves = x < far;
                    change[0] = moves ? r + x * x : 0.0;
                    change[1] = moves ? 1.0 + 2.0 * x * at[1] : 0.0;
                    change[2] = std::pow(std::abs(off), problem.power);
                    change[3] = problem.power * std::pow(std::abs(off), problem.power - 1.0) *
                                (off < 0.0 ? -slope : slope);
                },
            .record = [&](std::size_t, const math::State& at) { state = at; },
            .event = [&](const math::State& at) { return at[0] - problem.threshold; },
            .happened =
                [&](double time) {
                    if (!crossed) response.activation_time = begin + time;
                    crossed = true;
                },
            .relative_tolerance = 1e-9,
            .absolute_tolerance = 1e-11};
        const double times[] = {problem.delay};
        Progress progress;
        if (math::integrate(half, state, times, progress).status != Status::complete)
            return {std::nan(""), std::nan(""), std::nan("")};
    }
    response.loss = state[2];
    response.gradient = state[3];
    return response;
}

std::vector<double> trajectory(double r, std::span<const double> times) {
    std::vector<double> x;
    const math::Integration neuron{
        .derivative = [&](const math::State& at, math::State& change,
                          double) { change[0] = at[0] < shown_state ? r + at[0] * at[0] : 0.0; },
        .record = [&](std::size_t, const math::State& at) { x.push_back(std::min(at[0], shown_state)); },
        .relative_tolerance = 1e-10,
        .absolute_tolerance = 1e-12};
    Progress progress;
    static_cast<void>(math::integrate(neuron, {0.0}, times, progress));
    x.resize(times.size(), std::nan(""));
    return x;
}

}  // namespace hidyn::ghost
