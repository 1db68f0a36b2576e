// SPDX-License-Identifier: MIT
#include "solvers/riccati/deep_linear.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/typed_route.hpp"
#include "models/deep_linear/deep_linear.hpp"
#include "solvers/riccati/factor_flow.hpp"

namespace hidyn::riccati {
namespace {

using deep_linear::DeepLinear;
using deep_linear::Observables;
using Eigen::Index;
using Eigen::MatrixXd;

/// Q = (W_1^T; W_2).
MatrixXd stacked(const std::vector<MatrixXd>& weights) {
    MatrixXd Q(weights[0].cols() + weights[1].rows(), weights[0].rows());
    Q << weights[0].transpose(), weights[1];
    return Q;
}

/// Relative distance of the weights from W_2^T W_2 - W_1 W_1^T = lambda I.
double defect(const std::vector<MatrixXd>& weights, double lambda) {
    const Index hidden = weights[0].rows();
    const MatrixXd second = weights[1].transpose() * weights[1];
    const MatrixXd first = weights[0] * weights[0].transpose();
    return (second - first - lambda * MatrixXd::Identity(hidden, hidden)).norm() /
           (first.norm() + second.norm() + 1e-300);
}

/// The tangent kernel of two layers, W_2 W_2^T (x.x') + x^T W_1^T W_1 x': the blocks of P on its diagonal.
struct Kernel {
    MatrixXd outputs, inputs;

    explicit Kernel(const MatrixXd& P, Index d)
        : outputs(P.bottomRightCorner(P.rows() - d, P.rows() - d)), inputs(P.topLeftCorner(d, d)) {}

    [[nodiscard]] double product(const Kernel& other) const {
        return static_cast<double>(inputs.rows()) * outputs.cwiseProduct(other.outputs).sum() +
               outputs.trace() * other.inputs.trace() + inputs.trace() * other.outputs.trace() +
               static_cast<double>(outputs.rows()) * inputs.cwiseProduct(other.inputs).sum();
    }
};

/// P of one time.
void record(const DeepLinear& problem, const Observables& report, const MatrixXd& P, const MatrixXd& M,
            const Kernel& begin, const Slot& slot) {
    MatrixXd W = P.bottomLeftCorner(M.rows(), M.cols());
    slot.record(report.error, 0.5 * (W - M).squaredNorm());
    std::vector<double> strengths;
    for (Index k = 0; k < static_cast<Index>(problem.modes()); ++k) {
        strengths.push_back(W(k, k));
        W(k, k) = 0.0;
    }
    slot.record(report.mode_strength, strengths);
    slot.record(report.off_diagonal, W.norm());
    const auto hidden = static_cast<double>(problem.widths(problem.initial.size)[1]);
    slot.record(report.imbalance, std::abs(problem.initial.imbalance) * std::sqrt(hidden));
    const Kernel kernel(P, M.cols());
    slot.record(report.kernel_alignment,
                kernel.product(begin) / std::sqrt(kernel.product(kernel) * begin.product(begin)));
}

Outcome follow(const DeepLinear& problem, const RouteRun& run) {
    const deep_linear::Start& start = problem.initial;
    const Observables report(problem);
    const MatrixXd M = problem.teacher(start.size);
    for (std::size_t replica = 0; replica < start.replicas; ++replica) {
        if (run.progress.stop_requested()) throw Interrupted();
        FactorFlow flow(M, start.imbalance,
                        stacked(problem.weights(start.size, static_cast<std::uint32_t>(replica))));
        const Kernel begin(flow.P(), M.cols());
        double now = 0.0;
        for (std::size_t time = 0; time < run.grid.size(); ++time) {
            flow.advance(run.grid.times[time] - now);
            now = run.grid.times[time];
            record(problem, report, flow.P(), M, begin, run.recorder.at(replica, time));
        }
        run.progress.advance(1.0 / static_cast<double>(start.replicas));
    }
    return {};
}

void check(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    if (problem.sample_ratio) {
        refuse("the Riccati equation is that of whitened inputs; a data set has others");
        return;
    }
    if (problem.initial.kind != deep_linear::StartKind::lambda_balanced) {
        refuse("the Riccati equation needs initial.kind = \"lambda-balanced\"");
        return;
    }
    const double off = defect(problem.weights(problem.initial.size, 0), problem.initial.imbalance);
    if (off > 1e-8)
        refuse(
            fmt::format("the start is {:.1e} away from W_2^T W_2 - W_1 W_1^T = lambda I, relative to its "
                        "weights: no more than 1e-8 is allowed",
                        off));
}

}  // namespace

RouteKind deep_linear_kind() {
    return {.name = "riccati",
            .summary =
                "gradient flow of two layers from lambda-balanced weights, in closed form with its tangent "
                "kernel",
            .source = "Fukumizu 1998; Braun et al., NeurIPS 2022; Domine et al., arXiv 2409.14623",
            .theory = true,
            .algorithms = {"gradient-flow"},
            .keys = {},
            .make = route_of<DeepLinear>([](const Asked<DeepLinear>& asked) -> Solve {
                check(asked);
                return [problem = asked.problem](const RouteRun& run) { return follow(*problem, run); };
            })};
}

}  // namespace hidyn::riccati
