// SPDX-License-Identifier: MIT
#include "solvers/modes/deep_linear.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/step_schedule.hpp"
#include "core/typed_route.hpp"
#include "models/deep_linear/deep_linear.hpp"
#include "solvers/equations/deep_linear/mode_curves.hpp"

namespace hidyn::modes {
namespace {

using deep_linear::DeepLinear;
using deep_linear::Observables;
using deep_linear::Rule;
using deep_linear::StartKind;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Zero if they are equal, whatever the compiler does to products.
double difference_of_squares(double a, double b) {
    return (a - b) * (a + b);
}

class Modes {
  public:
    Modes(const DeepLinear& problem, const RouteRun& run) : problem_(problem), run_(run), report_(problem) {}

    void flow() const {
        const deep_linear::Start& start = problem_.initial;
        const std::size_t curves = std::max<std::size_t>(start.replicas, 1);
        for (std::size_t replica = 0; replica < curves; ++replica) {
            std::vector<double> s0 = start.strengths;
            if (start.kind == StartKind::random)
                s0 = effective_starts(problem_.weights(start.size, static_cast<std::uint32_t>(replica)),
                                      problem_.modes());
            for (std::size_t time = 0; time < run_.grid.size(); ++time) {
                std::vector<double> s;
                for (std::size_t k = 0; k < problem_.modes(); ++k)
                    s.push_back(
                        start.kind == StartKind::unbalanced
                            ? unbalanced(problem_.strengths[k], start.first[k], start.second[k],
                                         run_.grid.times[time])
                            : balanced(problem_.strengths[k], s0[k], problem_.depth, run_.grid.times[time]));
                record(s, unchanged_imbalance(), run_.recorder.at(replica, Sampling{.time = time}));
                if (start.kind == StartKind::random && replica == 0) record_own_error(time);
            }
        }
    }

    /// Singular values of all layers, step by step; exact for aligned weights.
    void descend() const {
        const std::size_t L = problem_.depth;
        const std::size_t K = problem_.modes();
        const deep_linear::Start& start = problem_.initial;
        std::vector<std::vector<double>> a(K);
        for (std::size_t k = 0; k < K; ++k)
            a[k] = start.kind == StartKind::unbalanced
                       ? std::vector<double>{start.first[k], start.second[k]}
                       : std::vector<double>(L, std::pow(start.strengths[k], 1.0 / static_cast<double>(L)));
        const auto advance = [&] {
            for (std::size_t k = 0; k < K; ++k) {
                std::vector<double> others(L, 1.0);
                double product = 1.0;
                for (std::size_t l = 0; l < L; ++l) {
                    product *= a[k][l];
                    for (std::size_t j = 0; j < L; ++j)
                        if (j != l) others[j] *= a[k][l];
                }
                for (std::size_t l = 0; l < L; ++l)
                    a[k][l] += problem_.learning_rate * others[l] * (problem_.strengths[k] - product);
            }
        };
        std::uint64_t done = 0;
        for (const Sampling& sampling : sampling_schedule(run_.grid, problem_.steps_per_unit_time(1.0))) {
            for (; done < sampling.step; ++done) advance();
            std::vector<double> s(K, 1.0);
            std::vector<double> imbalance(L - 1, 0.0);
            for (std::size_t k = 0; k < K; ++k)
                for (std::size_t l = 0; l < L; ++l) {
                    s[k] *= a[k][l];
                    // Aligned layers stay equal, but for rounding.
                    if (l + 1 < L && start.kind == StartKind::unbalanced)
                        imbalance[l] += std::pow(difference_of_squares(a[k][l + 1], a[k][l]), 2);
                }
            for (double& one : imbalance) one = std::sqrt(one);
            record(s, imbalance, run_.recorder.at(0, sampling));
        }
    }

  private:
    /// Gram and Schmidt's rule is that of vanishing weights: real ones deviate by about scale^{3/2} in the
    /// strengths (measured for scales from 1e-1 to 1e-5).
    void record_own_error(std::size_t time) const {
        const double each = std::pow(problem_.initial.scale, 1.5);
        run_.recorder.record_error(report_.mode_strength, time, std::vector<double>(problem_.modes(), each));
        double error = 0.0;
        for (const double m : problem_.strengths) error += m * each;
        run_.recorder.record_error(report_.error, time, error);
    }

    /// Gradient flow conserves it.
    [[nodiscard]] std::vector<double> unchanged_imbalance() const {
        const deep_linear::Start& start = problem_.initial;
        if (start.kind == StartKind::random) return std::vector<double>(problem_.depth - 1, missing);
        double square = 0.0;
        for (std::size_t k = 0; k < start.first.size(); ++k)
            square += std::pow(difference_of_squares(start.second[k], start.first[k]), 2);
        return std::vector<double>(problem_.depth - 1, std::sqrt(square));
    }

    void record(const std::vector<double>& s, const std::vector<double>& imbalance, const Slot& slot) const {
        double error = 0.0;
        for (std::size_t k = 0; k < s.size(); ++k) error += 0.5 * std::pow(s[k] - problem_.strengths[k], 2);
        slot.record(report_.error, error);
        slot.record(report_.mode_strength, s);
        // Small random weights couple modes a little, by how much the rule does not say.
        slot.record(report_.off_diagonal, problem_.initial.kind == StartKind::random ? missing : 0.0);
        slot.record(report_.imbalance, imbalance);
    }

    const DeepLinear& problem_;
    const RouteRun& run_;
    Observables report_;
};

Outcome follow(const DeepLinear& problem, const RouteRun& run) {
    const Modes modes(problem, run);
    if (problem.rule == Rule::gradient_descent)
        modes.descend();
    else
        modes.flow();
    run.progress.advance(1.0);
    return {};
}

Solve prepare(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    const bool random = problem.initial.kind == StartKind::random;
    if (problem.sample_ratio) refuse("modes are those of the population's loss; a data set couples them");
    if (problem.initial.kind == StartKind::lambda_balanced)
        refuse("lambda-balanced weights couple the modes: take the riccati route");
    if (random && (problem.depth != 2 || problem.rule != Rule::gradient_flow))
        refuse("from random weights the modes are known for gradient-flow of two layers alone");
    if (const auto hidden = static_cast<std::size_t>(problem.widths(problem.initial.size)[1]);
        random && hidden < problem.modes())
        refuse(
            fmt::format("the hidden layer is narrower than the teacher's {} modes: those of strength {} and "
                        "below are out of reach",
                        problem.modes(), problem.strengths[hidden]));
    return [problem = asked.problem](const RouteRun& run) { return follow(*problem, run); };
}

}  // namespace

RouteKind deep_linear_kind() {
    return {
        .name = "modes",
        .summary =
            "every mode by itself: closed forms of gradient flow, the scalar recursion of gradient descent",
        .source = "Saxe, McClelland & Ganguli, arXiv 1312.6120; Domine et al., arXiv 2409.14623",
        .theory = true,
        .algorithms = {"gradient-flow", "gradient-descent"},
        .keys = {},
        .make = route_of<DeepLinear>(prepare)};
}

}  // namespace hidyn::modes
