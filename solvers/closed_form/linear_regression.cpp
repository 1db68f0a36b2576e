#include "solvers/closed_form/linear_regression.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/step_schedule.hpp"
#include "models/multi_index/observer.hpp"
#include "solvers/equations/linear_regression/linear_path.hpp"

namespace hidyn::closed_form {
namespace {

using multi_index::MultiIndex;
using multi_index::ObservablePlaces;

class ClosedFormRoute final : public Route {
  public:
    ClosedFormRoute(std::shared_ptr<const MultiIndex> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const LinearPath path(*problem_);
        multi_index::Observer observer(*problem_);
        const ObservablePlaces places(problem_->recording);
        // Recorded times as means over steps (or as themselves, in continuous time).
        std::vector<std::vector<std::pair<double, LinearPath::Kept>>> at(grid.size());
        if (const std::optional<double> step = problem_->finite_step()) {
            for (const Sampling& sampling : sampling_schedule(grid, 1.0 / *step))
                at[sampling.time].emplace_back(sampling.weight,
                                               path.after_steps(static_cast<double>(sampling.step), *step));
        } else {
            for (std::size_t time = 0; time < grid.size(); ++time)
                at[time].emplace_back(1.0, path.after_time(grid.times[time]));
        }
        for (std::size_t time = 0; time < grid.size(); ++time) {
            if (progress.stop_requested()) throw Interrupted();
            for (const auto& [weight, kept] : at[time])
                observer.observe(Eigen::MatrixXd::Constant(1, 1, path.correlation(kept, kept)),
                                 Eigen::MatrixXd::Constant(1, 1, path.teacher_overlap(kept)),
                                 0.5 * path.residual(kept), recorder, 0, time, weight);
            if (places.C > 0) {
                std::vector<double> row;
                for (const auto& other : at) {
                    double sum = 0.0;
                    for (const auto& [weight, kept] : at[time])
                        for (const auto& [other_weight, other_kept] : other)
                            sum += weight * other_weight * path.correlation(kept, other_kept);
                    row.push_back(sum);
                }
                recorder.record(places.C, 0, time, row);
            }
            if (places.response > 0)
                recorder.record(places.response, 0, time, responses(path, grid.times[time]));
            progress.advance(1.0 / static_cast<double>(grid.size()));
        }
        Outcome outcome;
        outcome.attributes["method"] = std::string("Marchenko-Pastur quadrature");
        return outcome;
    }

  private:
    [[nodiscard]] std::vector<double> responses(const LinearPath& path, double time) const {
        std::vector<double> row;
        for (const double source : problem_->recording.response_at) {
            double response = 0.0;
            if (const std::optional<double> step = problem_->finite_step()) {
                // A field added by step m_s acts in full from the next step on.
                const double since = time / *step - std::round(source / *step) - 1.0;
                const double below = std::floor(since + 1e-9);
                const double above = since - below > 1e-9 ? since - below : 0.0;
                if (below >= 0.0) response += (1.0 - above) * path.response(path.after_steps(below, *step));
                if (above > 0.0 && below >= -1.0)
                    response += above * path.response(path.after_steps(below + 1.0, *step));
            } else if (time > source) {
                response = path.response(path.after_time(time - source));
            }
            row.push_back(response);
        }
        return row;
    }

    std::shared_ptr<const MultiIndex> problem_;
};

}  // namespace

RouteKind linear_regression_kind() {
    return {
        .name = "closed-form",
        .summary =
            "gradient flow and descent mode by mode of the Marchenko-Pastur spectrum, exact as d -> infinity",
        .source = "Marchenko & Pastur (1967); Celentano, Cheng & Montanari, arXiv 2112.07572",
        .theory = true,
        .algorithms = {"gradient-flow", "gradient-descent"},
        .keys = {},
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<ClosedFormRoute>(std::dynamic_pointer_cast<const MultiIndex>(problem),
                                                     std::move(info));
        }};
}

}  // namespace hidyn::closed_form
