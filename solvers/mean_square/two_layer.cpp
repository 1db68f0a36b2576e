#include "solvers/mean_square/two_layer.hpp"

#include "models/two_layer/two_layer.hpp"

namespace hidyn::mean_square {
namespace {

using two_layer::ObservablePlaces;
using two_layer::TwoLayer;

class EdgeLine final : public Route {
  public:
    EdgeLine(std::shared_ptr<const TwoLayer> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const double eta = problem_->learning_rate;
        const double beta = problem_->momentum;
        const double edge = 2.0 * (1.0 + beta) / eta;
        const double bound = 2.0 * (1.0 - beta) / eta;
        for (std::size_t time = 0; time < grid.size(); ++time) {
            if (problem_->whole_batch())
                recorder.record(ObservablePlaces::sharpness, 0, time, {&edge, 1});
            else
                recorder.record(ObservablePlaces::batch_sharpness, 0, time, {&bound, 1});
        }
        progress.advance(1.0);
        return {};
    }

  private:
    std::shared_ptr<const TwoLayer> problem_;
};

}  // namespace

RouteKind two_layer_kind() {
    return {.name = "edge",
            .summary =
                "the edge of stability of whole batches, 2 (1 + momentum) / learning_rate for the sharpness, "
                "and the "
                "bound 2 (1 - momentum) / learning_rate on the batch sharpness of small ones",
            .source = "Cohen et al., arXiv 2103.00065; Andreyev et al., arXiv 2604.14108",
            .theory = true,
            .keys = {},
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<EdgeLine>(std::dynamic_pointer_cast<const TwoLayer>(problem),
                                                  std::move(info));
            }};
}

}  // namespace hidyn::mean_square
