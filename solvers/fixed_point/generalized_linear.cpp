// SPDX-License-Identifier: MIT
#include "solvers/fixed_point/generalized_linear.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/typed_route.hpp"
#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/fixed_point/minimizer.hpp"

namespace hidyn::fixed_point {
namespace {

using generalized_linear::GeneralizedLinear;
using generalized_linear::LabelChannel;
using generalized_linear::Observables;

Outcome solve(const GeneralizedLinear& problem, const RouteRun& run) {
    const Observables report(problem);
    const Minimizer found = minimizer_of(problem);
    const double T = problem.T();
    const generalized_linear::FreshSample::Errors errors =
        generalized_linear::FreshSample(problem).errors(found.q, found.m);
    const Slot slot = run.recorder.at(0, 0);
    slot.record(report.Q, found.q);
    slot.record(report.R, found.m);
    slot.record(report.mse, found.q - 2.0 * found.m + T);
    slot.record(report.train_loss, found.train_loss);
    slot.record(report.test_loss, errors.loss);
    slot.record(report.test_loss_estimate, errors.loss);
    slot.record(report.overlap, found.m / std::sqrt(found.q * T));
    slot.record(report.debiasing_bias, -found.delta / found.tau);
    slot.record(report.debiasing_deviation, std::sqrt(found.Sigma) / std::abs(found.tau));
    slot.record(report.coverage, 0.95);
    slot.record(report.quantiles, generalized_linear::recorded_quantiles());
    slot.record(report.classification_error, errors.classification);
    run.progress.advance(1.0);
    Outcome outcome;
    outcome.attributes["V"] = found.V;
    outcome.attributes["iterations"] = static_cast<double>(found.iterations);
    if (!found.converged) {
        outcome.status = Status::not_converged;
        outcome.detail =
            fmt::format("after {} iterations the last one changed m, q or V by {:.2g} of its value",
                        found.iterations, found.last_change);
    }
    return outcome;
}

void check(const Asked<GeneralizedLinear>& asked) {
    const GeneralizedLinear& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    if (asked.grid.size() > 1)
        refuse(fmt::format(
            "a fixed point is the end of the path alone, but {} times are recorded: give one, late enough "
            "for the method to have converged, as in [time] at = [400]",
            asked.grid.size()));
    const bool linear = problem.loss.link().linear() && problem.label.teacher().linear();
    const bool residual =
        problem.loss.loss().of_residual() && problem.label.channel() == LabelChannel::additive;
    const bool margin = problem.loss.loss().of_margin() && problem.label.binary();
    if (!linear || (!residual && !margin)) {
        refuse(
            "fixed points are for linear links, with a loss of f - y and additive labels or the logistic "
            "loss and "
            "labels 1 and -1");
        return;
    }
    if (problem.algorithm.ridge > 0.0) return;
    const double alpha = problem.sample_ratio;
    if (residual && alpha <= 1.0) {
        refuse(fmt::format(
            "without a ridge the minimizer is not unique at sample_ratio = {}: it must be more than 1",
            alpha));
        return;
    }
    if (!margin) return;
    if (problem.label.channel() == LabelChannel::sign && problem.label.noise_variance() == 0.0) {
        refuse(
            "the minimizer does not exist: signs without noise can always be separated by a hyperplane; give "
            "a ridge, or "
            "look at the path alone");
        return;
    }
    const double threshold = separability_threshold(problem.label, problem.T());
    if (1.0 / alpha >= threshold)
        refuse(fmt::format(
            "the minimizer does not exist: at sample_ratio = {} the samples can be separated by a "
            "hyperplane, and it must be more than {:.4g}; give a ridge, or look at the path alone",
            alpha, 1.0 / threshold));
}

}  // namespace

RouteKind generalized_linear_kind() {
    return {
        .name = "fixed-point",
        .summary = "where gradient methods end: the minimizer of a convex risk",
        .source =
            "Sur & Candes, arXiv 1803.06964; Candes & Sur, arXiv 1804.09753; Salehi, Abbasi & Hassibi, arXiv "
            "1906.03761",
        .theory = true,
        .algorithms = {"gradient-descent", "heavy-ball", "nesterov"},
        .keys = {},
        .make = route_of<GeneralizedLinear>([](const Asked<GeneralizedLinear>& asked) -> Solver {
            check(asked);
            return {[problem = asked.problem](const RouteRun& run) { return solve(*problem, run); }};
        })};
}

}  // namespace hidyn::fixed_point
