// SPDX-License-Identifier: MIT
#include "solvers/linear_noise/linear_noise.hpp"

#include <algorithm>
#include <cmath>

namespace hidyn::linear_noise {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using math::State;

// d * Var beyond which linear noise has lost its meaning at any size in use: an exactly symmetric start
// amplifies fluctuations for ever. The differences in J carry an error of 1e-11 of the largest V into every
// entry, which must stay below the tolerance, or the integration would stall.
double largest_variance(double tolerance) {
    return std::min(1e6, 1e10 * tolerance);
}

constexpr std::uint64_t most_steps = 20'000;

// The joint state of the integration: s, then the lower triangle of V by rows.
void unpack(const State& joint, Index size, State& s, MatrixXd& V) {
    s.assign(joint.begin(), joint.begin() + size);
    const double* next = joint.data() + size;
    for (Index i = 0; i < size; ++i)
        for (Index j = 0; j <= i; ++j) V(i, j) = V(j, i) = *next++;
}

}  // namespace

math::IntegrationReport integrate(const LinearNoise& problem, const State& start,
                                  std::span<const double> times, Progress& progress) {
    const auto size = static_cast<Index>(problem.size);
    State s;
    State drift(problem.size);
    State forward(problem.size);
    State backward(problem.size);
    MatrixXd V = MatrixXd::Zero(size, size);
    MatrixXd jacobian(size, size);
    MatrixXd diffusion(size, size);

    const auto differentiate = [&] {
        for (Index column = 0; column < size; ++column) {
            const auto index = static_cast<std::size_t>(column);
            const double value = s[index];
            const double step = 1e-5 * std::max(1.0, std::abs(value));
            s[index] = value + step;
            problem.drift(s, forward);
            s[index] = value - step;
            problem.drift(s, backward);
            s[index] = value;
            for (Index row = 0; row < size; ++row)
                jacobian(row, column) =
                    (forward[static_cast<std::size_t>(row)] - backward[static_cast<std::size_t>(row)]) /
                    (2.0 * step);
        }
    };
    const math::Integration integration{
        .derivative =
            [&](const State& joint, State& derivative, double) {
                unpack(joint, size, s, V);
                problem.drift(s, drift);
                problem.diffusion(s, diffusion);
                differentiate();
                const MatrixXd product = jacobian * V;
                std::ranges::copy(drift, derivative.begin());
                double* next = derivative.data() + size;
                for (Index i = 0; i < size; ++i)
                    for (Index j = 0; j <= i; ++j) *next++ = product(i, j) + product(j, i) + diffusion(i, j);
            },
        .diverged =
            [&](const State& joint) {
                unpack(joint, size, s, V);
                return problem.diverged(s) ||
                       !(V.diagonal().maxCoeff() <= largest_variance(problem.tolerance));
            },
        .record =
            [&](std::size_t time, const State& joint) {
                unpack(joint, size, s, V);
                problem.record(time, s, V);
            },
        .relative_tolerance = problem.tolerance,
        .absolute_tolerance = problem.tolerance,
        .maximum_steps = most_steps};
    State joint = start;
    joint.resize(problem.size + problem.size * (problem.size + 1) / 2, 0.0);
    return math::integrate(integration, joint, times, progress);
}

}  // namespace hidyn::linear_noise
