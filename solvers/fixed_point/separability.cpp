#include "solvers/fixed_point/separability.hpp"

#include "models/generalized_linear/separability.hpp"
#include "solvers/fixed_point/minimizer.hpp"

namespace hidyn::fixed_point {
namespace {

using generalized_linear::Separability;

class Threshold final : public Route {
  public:
    Threshold(std::shared_ptr<const Separability> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid&, Recorder& recorder, Progress& progress) const override {
        const double ratio = 1.0 / separability_threshold(problem_->label, problem_->T());
        recorder.record(Separability::separable_ratio, 0, 0, {&ratio, 1});
        progress.advance(1.0);
        return {};
    }

  private:
    std::shared_ptr<const Separability> problem_;
};

}  // namespace

RouteKind separability_kind() {
    return {.name = "threshold",
            .summary = "the ratio of samples from which on a minimizer of the logistic loss exists",
            .source = "Candes & Sur, arXiv 1804.09753",
            .theory = true,
            .algorithms = {"separability"},
            .keys = {},
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Threshold>(std::dynamic_pointer_cast<const Separability>(problem),
                                                   std::move(info));
            }};
}

}  // namespace hidyn::fixed_point
