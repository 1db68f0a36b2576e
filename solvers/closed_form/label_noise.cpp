// SPDX-License-Identifier: MIT
#include "solvers/closed_form/label_noise.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "math/integrator.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::closed_form {
namespace {

using deep_linear::DeepLinear;
using deep_linear::Observables;
using deep_linear::StartKind;

/// At the solution W_2 W_1 = M noise turns the weights within it and shrinks what they learned, to leading
/// order in eta d / B:
///   d/dt (W_2^T W_2 - W_1 W_1^T) = (eta Delta / B) (d_o W_1 W_1^T - d_i W_2^T W_2)
///   <s> = m - (eta Delta / 2 B) sqrt(d_i d_o), once layers are balanced
Outcome follow_diffusion(const DeepLinear& problem, const RouteRun& run) {
    const Observables report(problem);
    const std::vector<Eigen::Index> n = problem.widths(run.info.d);
    const auto inputs = static_cast<double>(n.front());
    const auto outputs = static_cast<double>(n.back());
    const double strength =
        problem.learning_rate * problem.label_noise / static_cast<double>(problem.batch_size);
    std::vector<double> s = problem.strengths;
    for (double& one : s) one -= 0.5 * strength * std::sqrt(inputs * outputs);
    const bool unbalanced = problem.initial.kind == StartKind::unbalanced;
    // The imbalance b^2 - a^2 of each mode along the valley a b = m.
    const math::Integration valley{
        .derivative =
            [&](const math::State& state, math::State& change, double) {
                for (std::size_t k = 0; k < state.size(); ++k) {
                    const double root = std::hypot(state[k], 2.0 * problem.strengths[k]);
                    const double first = 0.5 * (root - state[k]);
                    const double second = 0.5 * (root + state[k]);
                    change[k] = strength * (outputs * first - inputs * second);
                }
            },
        .record =
            [&](std::size_t time, const math::State& state) {
                double square = 0.0;
                for (const double one : state) square += one * one;
                const Slot slot = run.recorder.at(0, time);
                slot.record(report.imbalance, unbalanced ? std::sqrt(square) : std::nan(""));
                if (!unbalanced) slot.record(report.mode_strength, s);
            },
    };
    math::State start(problem.modes(), 0.0);
    if (unbalanced)
        for (std::size_t k = 0; k < start.size(); ++k)
            start[k] = std::pow(problem.initial.second[k], 2) - std::pow(problem.initial.first[k], 2);
    const math::IntegrationReport done = math::integrate(valley, start, run.grid.times, run.progress);
    return {.status = done.status, .diverged_at = std::nan(""), .detail = done.detail, .attributes = {}};
}

void check(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    if (problem.depth != 2) refuse(fmt::format("is for two layers, but problem.depth = {}", problem.depth));
    if (problem.label_noise == 0.0)
        refuse("needs problem.label_noise: without it weights that have learned rest");
    const std::uint64_t d = asked.info.d;
    if (static_cast<std::size_t>(problem.widths(d).back()) < problem.modes() || d < problem.modes())
        asked.complain("d", fmt::format("leaves inputs or outputs of fewer dimensions than the "
                                        "teacher's {} modes",
                                        problem.modes()));
    if (problem.initial.kind != StartKind::unbalanced) return;
    const std::vector<double>& first = problem.initial.first;
    const std::vector<double>& second = problem.initial.second;
    for (std::size_t k = 0; k < std::min(first.size(), second.size()); ++k)
        if (std::abs(first[k] * second[k] - problem.strengths[k]) > 1e-6 * problem.strengths[k])
            refuse(fmt::format(
                "follows weights that have learned: mode {} starts at first * second = {:.6g}, which is "
                "not its strength {:.6g}",
                k + 1, first[k] * second[k], problem.strengths[k]));
}

}  // namespace

RouteKind label_noise_kind() {
    return {
        .name = "label-noise",
        .summary =
            "two layers that have learned: strengths shrunk and layers balanced by label noise, to leading "
            "order",
        .source =
            "expansion in learning_rate d / batch_size around the solution; Ziyin et al., arXiv 2308.06671",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {keys::integer_or_list("d", "input dimension of the runs whose weights are meant")
                     .written("d")
                     .at_least(1)
                     .at_most(1e12)
                     .needed()},
        .make = route_of<DeepLinear>([](const Asked<DeepLinear>& asked) -> Solve {
            check(asked);
            return [problem = asked.problem](const RouteRun& run) { return follow_diffusion(*problem, run); };
        })};
}

}  // namespace hidyn::closed_form
