#include "solvers/random_matrix/initial_hessian.hpp"

#include <cmath>
#include <limits>

#include "models/generalized_linear/initial_hessian.hpp"

namespace hidyn::random_matrix {
namespace {

using generalized_linear::InitialHessian;

class Limit final : public Route {
  public:
    Limit(std::shared_ptr<const InitialHessian> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    [[nodiscard]] std::vector<Observable> own_observables() const override {
        return {generalized_linear::lower_edge()};
    }

    Outcome solve(const TimeGrid&, Recorder& recorder, Progress& progress) const override {
        const spectral::Prediction& found = problem_->prediction;
        // An outlier and its overlap are off by 1/d, like everything that verdicts compare. Without one the
        // lowest eigenvalue is the edge and its vector knows nothing, up to d^-2/3 and more near the
        // transition: the edge is reported by itself, and nothing is said of single runs.
        const bool outlier = !std::isnan(found.root);
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        const double overlap = outlier ? found.squared_overlap : unknown;
        const double lowest = outlier ? found.leading_eigenvalue : unknown;
        recorder.record(InitialHessian::squared_overlap, 0, 0, {&overlap, 1});
        recorder.record(InitialHessian::lowest_eigenvalue, 0, 0, {&lowest, 1});
        recorder.record(InitialHessian::own, 0, 0, {&found.edge, 1});
        progress.advance(1.0);
        return {};
    }

  private:
    std::shared_ptr<const InitialHessian> problem_;
};

}  // namespace

RouteKind initial_hessian_kind() {
    return {
        .name = "random-matrix",
        .summary = "outlier, overlap and lower edge of the Hessian at the start in the limit d -> infinity",
        .source = "Lu & Li, arXiv 1702.06435, applied to the negative Hessian",
        .theory = true,
        .algorithms = {"initial-hessian"},
        .keys = {},
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<Limit>(std::dynamic_pointer_cast<const InitialHessian>(problem),
                                           std::move(info));
        }};
}

}  // namespace hidyn::random_matrix
