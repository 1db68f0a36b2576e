#include "solvers/random_matrix/spectral_estimator.hpp"

#include <cmath>
#include <limits>

#include "models/generalized_linear/spectral_estimator.hpp"

namespace hidyn::random_matrix {
namespace {

using generalized_linear::SpectralEstimator;

class Limit final : public Route {
  public:
    Limit(std::shared_ptr<const SpectralEstimator> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid&, Recorder& recorder, Progress& progress) const override {
        const spectral::Prediction& found = problem_->spectral->prediction;
        recorder.record(SpectralEstimator::squared_overlap, 0, 0, {&found.squared_overlap, 1});
        recorder.record(SpectralEstimator::leading_eigenvalue, 0, 0, {&found.leading_eigenvalue, 1});
        // Below the transition the leading eigenvalue is the edge of the bulk, which finite sizes approach as
        // slowly as d^-2/3, and so does the overlap its limit 0: verdicts in 1/d have nothing to say there.
        if (std::isnan(found.root)) {
            constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
            recorder.record_error(SpectralEstimator::squared_overlap, 0, {&unknown, 1});
            recorder.record_error(SpectralEstimator::leading_eigenvalue, 0, {&unknown, 1});
        }
        progress.advance(1.0);
        return {};
    }

  private:
    std::shared_ptr<const SpectralEstimator> problem_;
};

}  // namespace

RouteKind spectral_estimator_kind() {
    return {.name = "random-matrix",
            .summary = "leading eigenvalue and overlap of a spectral estimator in the limit d -> infinity",
            .source = "Lu & Li, arXiv 1702.06435; Mondelli & Montanari, arXiv 1708.05932",
            .theory = true,
            .algorithms = {"spectral-estimator"},
            .keys = {},
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Limit>(std::dynamic_pointer_cast<const SpectralEstimator>(problem),
                                               std::move(info));
            }};
}

}  // namespace hidyn::random_matrix
