#include "solvers/fixed_point/generalized_linear.hpp"

#include <fmt/format.h>

#include <cmath>

#include "models/generalized_linear/fresh_sample.hpp"
#include "models/generalized_linear/generalized_linear.hpp"
#include "solvers/fixed_point/minimizer.hpp"

namespace hidyn::fixed_point {
namespace {

using generalized_linear::GeneralizedLinear;
using generalized_linear::LabelChannel;
using generalized_linear::ObservablePlaces;

class FixedPointRoute final : public Route {
  public:
    FixedPointRoute(std::shared_ptr<const GeneralizedLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid&, Recorder& recorder, Progress& progress) const override {
        const Minimizer found = minimizer_of(*problem_);
        const ObservablePlaces places(problem_->label.binary(), problem_->recording.two_time,
                                      problem_->quantiles);
        const auto put = [&](std::size_t observable, double value) {
            recorder.record(observable, 0, 0, {&value, 1});
        };
        const double T = problem_->T();
        const generalized_linear::FreshSample::Errors errors =
            generalized_linear::FreshSample(*problem_).errors(found.q, found.m);
        put(ObservablePlaces::Q, found.q);
        put(ObservablePlaces::R, found.m);
        put(ObservablePlaces::mse, found.q - 2.0 * found.m + T);
        put(ObservablePlaces::train_loss, found.train_loss);
        put(ObservablePlaces::test_loss, errors.loss);
        put(ObservablePlaces::test_loss_estimate, errors.loss);
        put(ObservablePlaces::overlap, found.m / std::sqrt(found.q * T));
        put(ObservablePlaces::bias, -found.delta / found.tau);
        put(ObservablePlaces::deviation, std::sqrt(found.Sigma) / std::abs(found.tau));
        put(ObservablePlaces::coverage, 0.95);
        if (places.quantiles > 0)
            recorder.record(places.quantiles, 0, 0, generalized_linear::recorded_quantiles());
        if (places.classification_error > 0) put(places.classification_error, errors.classification);
        progress.advance(1.0);
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

  private:
    std::shared_ptr<const GeneralizedLinear> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid& grid,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const GeneralizedLinear&>(base);
    const auto refuse = [&](const std::string& why) {
        complaints.add(fmt::format("{}: {}", table.place(), why));
    };
    if (grid.size() > 1)
        refuse(fmt::format(
            "a fixed point is the end of the path alone, but {} times are recorded: give one, late enough "
            "for the method to have converged, as in [time] at = [400]",
            grid.size()));
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
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<FixedPointRoute>(
                std::dynamic_pointer_cast<const GeneralizedLinear>(problem), std::move(info));
        }};
}

}  // namespace hidyn::fixed_point
