#include "solvers/riccati/deep_linear.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "models/deep_linear/deep_linear.hpp"
#include "solvers/riccati/factor_flow.hpp"

namespace hidyn::riccati {
namespace {

using deep_linear::DeepLinear;
using deep_linear::ObservablePlaces;
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

class LambdaBalanced final : public Route {
  public:
    LambdaBalanced(std::shared_ptr<const DeepLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), places_(*problem_) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const deep_linear::Start& start = problem_->initial;
        const MatrixXd M = problem_->teacher(start.size);
        for (std::size_t replica = 0; replica < start.replicas; ++replica) {
            if (progress.stop_requested()) throw Interrupted();
            FactorFlow flow(M, start.imbalance,
                            stacked(problem_->weights(start.size, static_cast<std::uint32_t>(replica))));
            const Kernel begin(flow.P(), M.cols());
            double now = 0.0;
            for (std::size_t time = 0; time < grid.size(); ++time) {
                flow.advance(grid.times[time] - now);
                now = grid.times[time];
                record(flow.P(), M, begin, recorder, replica, time);
            }
            progress.advance(1.0 / static_cast<double>(start.replicas));
        }
        return {};
    }

  private:
    void record(const MatrixXd& P, const MatrixXd& M, const Kernel& begin, Recorder& recorder,
                std::size_t replica, std::size_t time) const {
        MatrixXd W = P.bottomLeftCorner(M.rows(), M.cols());
        const double error = 0.5 * (W - M).squaredNorm();
        std::vector<double> strengths;
        for (Index k = 0; k < static_cast<Index>(problem_->modes()); ++k) {
            strengths.push_back(W(k, k));
            W(k, k) = 0.0;
        }
        const double rest = W.norm();
        const auto hidden = static_cast<double>(problem_->widths(problem_->initial.size)[1]);
        const double imbalance = std::abs(problem_->initial.imbalance) * std::sqrt(hidden);
        const Kernel kernel(P, M.cols());
        const double alignment =
            kernel.product(begin) / std::sqrt(kernel.product(kernel) * begin.product(begin));
        recorder.record(ObservablePlaces::error, replica, time, {&error, 1});
        recorder.record(ObservablePlaces::mode_strength, replica, time, strengths);
        recorder.record(ObservablePlaces::off_diagonal, replica, time, {&rest, 1});
        recorder.record(places_.imbalance, replica, time, {&imbalance, 1});
        recorder.record(places_.kernel_alignment, replica, time, {&alignment, 1});
    }

    std::shared_ptr<const DeepLinear> problem_;
    ObservablePlaces places_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    const auto refuse = [&](const std::string& why) {
        complaints.add(fmt::format("{}: {}", table.place(), why));
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
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<LambdaBalanced>(std::dynamic_pointer_cast<const DeepLinear>(problem),
                                                        std::move(info));
            }};
}

}  // namespace hidyn::riccati
