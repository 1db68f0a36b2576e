#include "models/multi_index/simulation/flow.hpp"

#include <algorithm>

#include "core/replicas.hpp"
#include "math/integrator.hpp"
#include "models/multi_index/simulation/journal.hpp"
#include "models/multi_index/simulation/learner.hpp"

namespace hidyn::multi_index {
namespace {

class Flow final : public Route {
  public:
    Flow(std::shared_ptr<const MultiIndex> problem, double tolerance, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), tolerance_(tolerance) {}

    [[nodiscard]] std::vector<Observable> own_observables() const override {
        return recovery_observables(*problem_);
    }

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome = run_replicas(info.replicas, 1, 1.0, grid, recorder, progress,
                                       [&](std::size_t replica, BlockWatch& watch) {
                                           simulate(replica, grid, recorder, progress, watch);
                                       });
        outcome.attributes["n"] = static_cast<double>(problem_->samples(info.d));
        return outcome;
    }

  private:
    void simulate(std::size_t replica, const TimeGrid& grid, Recorder& recorder, Progress& progress,
                  BlockWatch& watch) const {
        Learner learner(*problem_, info.d,
                        {.seed = info.seed,
                         .route = random::route_hash(info.name),
                         .replica = static_cast<std::uint32_t>(replica)},
                        0.0);
        Journal journal(*problem_, recorder, replica);
        // Each perturbed copy joins the system of equations at its time: one integration between any two.
        std::vector<double> borders = problem_->recording.response_at;
        borders.push_back(grid.end());
        double begin = 0.0;
        std::size_t first = 0;
        for (std::size_t part = 0; part < borders.size(); ++part) {
            if (part > 0) learner.perturb();
            const auto last = static_cast<std::size_t>(std::ranges::upper_bound(grid.times, borders[part]) -
                                                       grid.times.begin());
            std::vector<double> times;
            for (std::size_t time = first; time < last; ++time) times.push_back(grid.times[time] - begin);
            const double length = borders[part] - begin;
            const bool goes_on = part + 1 < borders.size();
            // The state at the border starts the next part; at its end too if the grid ends there.
            times.push_back(length);
            PartialProgress share(
                progress, grid.end() > 0.0 ? length / grid.end() / static_cast<double>(info.replicas) : 0.0);
            const math::IntegrationReport report = integrate(learner, times, share, [&](std::size_t index) {
                if (first + index < last) journal.sample(learner, first + index, 1.0);
            });
            if (report.status != Status::complete) {
                watch.mark_diverged_at(replica, begin + report.reached, begin + report.reached);
                break;
            }
            if (!goes_on) break;
            begin = borders[part];
            first = last;
        }
        journal.finish(info.d);
    }

    /// Carries the learner through these times from now on; its weights are at times[index] when `reached` is
    /// called and at the last time behind it.
    template <class Reached>
    math::IntegrationReport integrate(Learner& learner, const std::vector<double>& times, Progress& progress,
                                      Reached reached) const {
        Weights& weights = learner.weights();
        const auto settle = [&](const math::State& state) {
            std::copy(state.begin(), state.end(), weights.data());
        };
        math::Integration equations;
        equations.derivative = [&](const math::State& state, math::State& derivative, double) {
            settle(state);
            learner.slope(derivative.data());
        };
        equations.diverged = [&](const math::State& state) {
            settle(state);
            return !(weights.largest_norm() <= divergence_threshold);
        };
        equations.record = [&](std::size_t index, const math::State& state) {
            settle(state);
            reached(index);
        };
        equations.relative_tolerance = tolerance_;
        equations.absolute_tolerance = tolerance_;
        const math::State start(weights.data(), weights.data() + weights.size());
        return math::integrate(equations, start, times, progress);
    }

    std::shared_ptr<const MultiIndex> problem_;
    double tolerance_;
};

}  // namespace

std::unique_ptr<Route> make_flow(std::shared_ptr<const MultiIndex> problem, double tolerance,
                                 RouteInfo info) {
    return std::make_unique<Flow>(std::move(problem), tolerance, std::move(info));
}

}  // namespace hidyn::multi_index
