// SPDX-License-Identifier: MIT
#include "models/generalized_linear/simulation/simulation.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "core/replicas.hpp"
#include "models/generalized_linear/simulation/journal.hpp"

namespace hidyn::generalized_linear {
namespace {

constexpr double largest_size = 1e12;  ///< |theta|^2 / d beyond which a run has diverged

/// What keeps this size from being the theory's.
std::string what_to_know(const GeneralizedLinear& problem, std::uint64_t d, bool estimates_fail) {
    std::string all;
    const double exact = problem.sample_ratio * static_cast<double>(d);
    const auto n = static_cast<double>(problem.samples(d));
    if (std::abs(exact - n) > 1e-9 * exact)
        all = fmt::format(
            "n = {} is not sample_ratio * d = {:.6g}: the theory at n / d is another by order 1 / d", n,
            exact);
    if (estimates_fail)
        all += std::string(all.empty() ? "" : "; ") +
               "damping leaves no estimates of responses, test loss and intervals";
    if (problem.design.kind == Design::student_t && problem.design.degrees_of_freedom <= 4.0)
        all += std::string(all.empty() ? "" : "; ") +
               "the design's fourth moment is infinite: that its limit is that of Gaussian designs is "
               "not guaranteed";
    return all;
}

void follow(const GeneralizedLinear& problem, const Method& method, bool infers, const RouteRun& run,
            std::size_t replica, BlockWatch& watch) {
    const random::StreamKey key = run.key(replica);
    Signal signal = draw_signal(problem, run.info.d, key);
    const Samples samples = draw_samples(problem, run.info.d, signal, key);
    Start start{signal.start};
    if (problem.spectral) {
        std::optional<std::vector<double>> held_out = start_spectrally(problem, samples, signal);
        if (!held_out) {
            watch.mark_diverged(replica, 0);
            return;
        }
        start.held_out = std::move(*held_out);
    }
    bool stopped = false;
    const RecordedRun path =
        run_method(method, problem.loss, samples, start, largest_size, [&](std::size_t t) {
            stopped = !watch.proceed(t);
            return !stopped;
        });
    if (stopped) return;
    std::optional<PathEstimate> estimate;
    if (infers) estimate = estimate_path(method, problem.loss, samples, path);
    Journal(problem, signal, path, estimate ? &*estimate : nullptr).write(replica, run.recorder);
    if (path.finished <= method.steps()) watch.mark_diverged(replica, path.finished);
}

}  // namespace

Outcome simulate(const GeneralizedLinear& problem, bool inference, const RouteRun& run) {
    const Method method(problem.algorithm, problem.steps());
    // A damped message-passing step is none of the recursion whose responses can be estimated.
    const bool infers = inference && problem.algorithm.damping == 0.0;
    Outcome outcome = run_replicas(run.info.replicas, 1, 1.0, run.grid, run.recorder, run.progress,
                                   [&](std::size_t replica, BlockWatch& watch) {
                                       follow(problem, method, infers, run, replica, watch);
                                   });
    outcome.attributes["n"] = static_cast<double>(problem.samples(run.info.d));
    if (const std::string warning = what_to_know(problem, run.info.d, inference && !infers); !warning.empty())
        outcome.attributes["warning"] = warning;
    return outcome;
}

double simulation_bytes(const GeneralizedLinear& problem, std::uint64_t d, bool inference) {
    if (problem.algorithm.rule == Rule::amp) inference = false;  // no rows of responses
    const double n = static_cast<double>(problem.samples(d));
    const double times = static_cast<double>(problem.steps() + 1);
    const double coordinates = problem.algorithm.l1 > 0.0 ? static_cast<double>(d) : 1.0;
    return Samples::bytes(n, static_cast<double>(d)) +
           8.0 * times * (5.0 * static_cast<double>(d) + 3.0 * n) +
           (inference ? 4.0 * times * times * (n + coordinates) : 0.0);
}

}  // namespace hidyn::generalized_linear
