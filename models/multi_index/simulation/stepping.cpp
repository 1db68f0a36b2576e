#include "models/multi_index/simulation/stepping.hpp"

#include <cmath>

#include "core/replicas.hpp"
#include "models/multi_index/simulation/journal.hpp"
#include "models/multi_index/simulation/learner.hpp"

namespace hidyn::multi_index {
namespace {

class Stepping final : public Route {
  public:
    Stepping(std::shared_ptr<const MultiIndex> problem, double step, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), step_(step) {}

    [[nodiscard]] std::vector<Observable> own_observables() const override {
        return recovery_observables(*problem_);
    }

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome =
            run_replicas(info.replicas, 1, 1.0 / step_, grid, recorder, progress,
                         [&](std::size_t replica, BlockWatch& watch) { simulate(replica, recorder, watch); });
        outcome.attributes["n"] = static_cast<double>(problem_->samples(info.d));
        outcome.attributes["time_step"] = step_;
        return outcome;
    }

  private:
    void simulate(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        Learner learner(*problem_, info.d,
                        {.seed = info.seed,
                         .route = random::route_hash(info.name),
                         .replica = static_cast<std::uint32_t>(replica)},
                        step_);
        learner.perturb_after(perturbations());
        Journal journal(*problem_, recorder, replica);
        follow_schedule(
            watch, [&](Archive& archive) { archive(learner, journal); },
            [&](std::uint64_t steps) {
                for (std::uint64_t step = 0; step < steps; ++step) learner.step();
            },
            [&](std::uint64_t step) {
                if (learner.weights().largest_norm() <= divergence_threshold) return watch.proceed(step);
                watch.mark_diverged(replica, step);
                return false;
            },
            [&](const Sampling& sampling) { journal.sample(learner, sampling.time, sampling.weight); });
        journal.finish(info.d);
    }

    // A field is part of the update of the step at its time, where steps stay finite: the weights have it one
    // step later. Where time becomes continuous, they have it at once.
    [[nodiscard]] std::vector<std::uint64_t> perturbations() const {
        std::vector<std::uint64_t> after;
        for (const double time : problem_->recording.response_at)
            after.push_back(static_cast<std::uint64_t>(std::round(time / step_)) +
                            (problem_->finite_step() ? 1 : 0));
        return after;
    }

    std::shared_ptr<const MultiIndex> problem_;
    double step_;
};

}  // namespace

std::unique_ptr<Route> make_stepping(std::shared_ptr<const MultiIndex> problem, double step, RouteInfo info) {
    return std::make_unique<Stepping>(std::move(problem), step, std::move(info));
}

}  // namespace hidyn::multi_index
