// SPDX-License-Identifier: MIT
#include "solvers/closed_form/one_layer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/keys.hpp"
#include "core/step_schedule.hpp"
#include "core/typed_route.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::closed_form {
namespace {

using deep_linear::DeepLinear;
using deep_linear::Observables;

/// E = W - M under E <- E - eta G, G the mean over the batch of (E x - noise) x^T, x of d dimensions:
///   <G> = E, Cov(G_ij, G_kl) = [(E E^T + Delta)_ik delta_jl + E_il E_kj] / B.
struct ModeMoments {
    double mean = 0.0;    ///< <E_aa>
    double square = 0.0;  ///< <E_aa^2>
    double row = 0.0;     ///< <(E E^T)_aa>

    void step(double eta, double B, double d, double noise) {
        mean *= 1.0 - eta;
        square = (1.0 - 2.0 * eta) * square + eta * eta * (square + (row + noise + square) / B);
        row = (1.0 - 2.0 * eta) * row + eta * eta * (row + ((d + 1.0) * row + d * noise) / B);
    }
};

/// Of the teacher's modes, and last of a row that is 0.
void record(const DeepLinear& problem, const Observables& report, std::uint64_t d,
            const std::vector<ModeMoments>& modes, const Slot& slot) {
    const double rate = problem.learning_rate / static_cast<double>(problem.batch_size);
    const auto empty_rows =
        static_cast<double>(problem.widths(d).back()) - static_cast<double>(problem.modes());
    double error = 0.5 * empty_rows * modes.back().row;
    std::vector<double> strengths, variances, diffusion;
    for (std::size_t k = 0; k < problem.modes(); ++k) {
        const ModeMoments& mode = modes[k];
        error += 0.5 * mode.row;
        strengths.push_back(problem.strengths[k] + mode.mean);
        variances.push_back(mode.square - mode.mean * mode.mean);
        diffusion.push_back(rate * (mode.row + problem.label_noise + mode.square));
    }
    slot.record(report.error, error);
    slot.record(report.mode_strength, strengths);
    slot.record(report.variance_of_modes, variances);
    slot.record(report.mode_diffusion, diffusion);
}

Outcome follow_moments(const DeepLinear& problem, const RouteRun& run) {
    const Observables report(problem);
    const auto B = static_cast<double>(problem.batch_size);
    const auto d = static_cast<double>(run.info.d);
    std::vector<ModeMoments> modes;
    for (std::size_t k = 0; k < problem.modes(); ++k) {
        const double e = problem.initial.strengths[k] - problem.strengths[k];
        modes.push_back({e, e * e, e * e});
    }
    modes.push_back({});
    std::uint64_t done = 0;
    for (const Sampling& sampling : sampling_schedule(run.grid, problem.steps_per_unit_time(1.0))) {
        for (; done < sampling.step; ++done)
            for (ModeMoments& mode : modes) mode.step(problem.learning_rate, B, d, problem.label_noise);
        record(problem, report, run.info.d, modes, run.recorder.at(0, sampling));
    }
    run.progress.advance(1.0);
    return {};
}

Solve prepare_one_layer(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    if (problem.depth != 1 || problem.initial.kind != deep_linear::StartKind::aligned)
        asked.complaints.add(
            fmt::format("{}: moments close for a single layer from aligned weights: problem.depth = 1 "
                        "and initial.kind = \"aligned\"",
                        asked.keys.place()));
    const auto outputs = static_cast<std::size_t>(problem.widths(asked.info.d).back());
    if (outputs < problem.modes() || asked.info.d < problem.modes())
        asked.complain("d", fmt::format("leaves inputs or outputs of fewer dimensions than the "
                                        "teacher's {} modes",
                                        problem.modes()));
    return [problem = asked.problem](const RouteRun& run) { return follow_moments(*problem, run); };
}

}  // namespace

RouteKind one_layer_kind() {
    return {.name = "closed-form",
            .summary = "exact first and second moments of a single layer under batches, step by step",
            .source =
                "moments of the batch gradient for Gaussian inputs (Wick); Corlouer et al., arXiv 2604.06366",
            .theory = true,
            .exact_at_d = true,
            .algorithms = {"online-sgd"},
            .keys = {keys::integer_or_list("d", "input dimension of the runs whose moments are predicted")
                         .written("d")
                         .at_least(1)
                         .at_most(1e12)
                         .needed()},
            .make = route_of<DeepLinear>(prepare_one_layer)};
}

}  // namespace hidyn::closed_form
