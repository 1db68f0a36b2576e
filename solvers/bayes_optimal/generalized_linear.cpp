// SPDX-License-Identifier: MIT
#include "solvers/bayes_optimal/generalized_linear.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "core/typed_route.hpp"
#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/bayes_optimal/channel_information.hpp"
#include "solvers/bayes_optimal/prior_error.hpp"

namespace hidyn::bayes_optimal {
namespace {

using generalized_linear::GeneralizedLinear;
using generalized_linear::Observables;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// V_t and qhat_t for t = 0..steps:
///   qhat_t = alpha E g_out(omega, y, V_t)^2,  V_{t+1} = E Var(theta* | theta* + N(0, 1) / sqrt(qhat_t)).
struct BayesPath {
    std::vector<double> V, qhat;
};

BayesPath follow(const GeneralizedLinear& problem, Progress& progress) {
    const generalized_linear::Knowledge& knowledge = *problem.algorithm.knowledge;
    const double T = problem.T();
    const ChannelInformation information(knowledge.channel, problem.sample_ratio, T);
    BayesPath path;
    double V = knowledge.start_variance;
    const double part = 1.0 / static_cast<double>(problem.steps() + 1);
    for (std::size_t t = 0; t <= problem.steps(); ++t) {
        if (progress.stop_requested()) throw Interrupted();
        // AMP's own guard: below it an iterate has found the signal.
        const double qhat = information(std::clamp(V, 1e-12, T));
        path.V.push_back(V);
        path.qhat.push_back(qhat);
        V = prior_error(knowledge.signal, T, qhat);
        progress.advance(part);
    }
    return path;
}

void record_two_time(const GeneralizedLinear& problem, const Observables& report, const BayesPath& path,
                     std::size_t t, const Slot& slot) {
    std::vector<double> C, tau, rho, Sigma;
    for (const double time : problem.recording.grid.times) {
        const auto s = static_cast<std::size_t>(time);
        // Later iterates know all that earlier ones know, but for what a start was told.
        C.push_back(problem.Q0() > 0.0 ? missing : problem.T() - path.V[std::min(s, t)]);
        Sigma.push_back(problem.Q0() > 0.0 ? missing : path.qhat[std::min(s, t)]);
        tau.push_back(s == t ? -path.qhat[t] : 0.0);
        rho.push_back(s + 1 == t ? path.V[t] : 0.0);
    }
    slot.record(report.C, C);
    slot.record(report.tau, tau);
    slot.record(report.rho, rho);
    slot.record(report.Sigma, Sigma);
}

Outcome solve(const GeneralizedLinear& problem, const RouteRun& run) {
    const Observables report(problem);
    const BayesPath path = follow(problem, run.progress);
    generalized_linear::FreshSample fresh(problem);
    const double T = problem.T();
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        const auto t = static_cast<std::size_t>(run.grid.times[time]);
        const double q = T - path.V[t];
        const generalized_linear::FreshSample::Errors errors = fresh.errors(q, q);
        const Slot slot = run.recorder.at(0, time);
        slot.record(report.Q, q);
        slot.record(report.R, q);
        slot.record(report.mse, path.V[t]);
        // With the memory of the last force, of which the equations know nothing.
        slot.record(report.train_loss, missing);
        slot.record(report.test_loss, errors.loss);
        slot.record(report.test_loss_estimate, errors.loss);
        slot.record(report.overlap, std::sqrt(std::max(q, 0.0) / T));
        slot.record(report.debiasing_bias, 1.0);
        slot.record(report.debiasing_deviation, 1.0 / std::sqrt(path.qhat[t]));
        slot.record(report.coverage, 0.95);
        slot.record(report.quantiles, generalized_linear::recorded_quantiles());
        slot.record(report.classification_error, errors.classification);
        if (report.C) record_two_time(problem, report, path, t, slot);
    }
    Outcome outcome;
    outcome.attributes["equations"] = std::string("V and qhat, by quadrature");
    return outcome;
}

}  // namespace

RouteKind generalized_linear_kind() {
    return {
        .name = "bayes-state-evolution",
        .summary = "Bayes-optimal message passing in the limit d -> infinity: one number per iteration",
        .source = "Barbier, Krzakala, Macris, Miolane & Zdeborova, arXiv 1708.03395",
        .theory = true,
        .algorithms = {"amp"},
        .keys = {},
        .make = route_of<GeneralizedLinear>([](const Asked<GeneralizedLinear>& asked) -> Solver {
            if (asked.problem->algorithm.damping > 0.0)
                asked.complaints.add(fmt::format(
                    "{}: there is no state evolution of damped steps; give damping = 0", asked.keys.place()));
            return {[problem = asked.problem](const RouteRun& run) { return solve(*problem, run); }};
        })};
}

}  // namespace hidyn::bayes_optimal
