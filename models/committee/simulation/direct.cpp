#include "models/committee/simulation/direct.hpp"

#include "core/replicas.hpp"
#include "models/committee/first_passage.hpp"
#include "models/committee/simulation/direct_network.hpp"

namespace hidyn::committee {
namespace {

class DirectSimulation final : public Route {
  public:
    DirectSimulation(std::shared_ptr<const Committee> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto simulate = [&](std::size_t replica, BlockWatch& watch) {
            DirectNetwork network(*problem_, info.d,
                                  {.seed = info.seed,
                                   .route = random::route_hash(info.name),
                                   .replica = static_cast<std::uint32_t>(replica)});
            Observer observer(*problem_);
            const std::optional<double> threshold = problem_->escape_overlap;
            double passage = threshold && network.squared_overlap() >= *threshold ? 0.0 : not_yet;
            std::uint64_t made = 0;
            follow_schedule(
                watch, [&](Archive& archive) { archive(network, passage, made); },
                [&](std::uint64_t steps) {
                    for (std::uint64_t step = 0; step < steps; ++step) {
                        network.step();
                        ++made;
                        if (threshold && passage == not_yet && network.squared_overlap() >= *threshold)
                            passage = static_cast<double>(made) / static_cast<double>(info.d);
                    }
                },
                [&](std::uint64_t step) {
                    if (network.largest_norm() <= divergence_threshold) return watch.proceed(step);
                    watch.mark_diverged(replica, step);
                    return false;
                },
                [&](const Sampling& sampling) {
                    observer.observe(network.order_parameters(), recorder, replica, sampling.time,
                                     sampling.weight);
                    if (threshold)
                        observe_passage(*problem_, passage, grid.times[sampling.time], recorder, replica,
                                        sampling.time);
                });
        };
        return run_replicas(info.replicas, 1, static_cast<double>(info.d), grid, recorder, progress,
                            simulate);
    }

  private:
    std::shared_ptr<const Committee> problem_;
};

}  // namespace

std::unique_ptr<Route> make_direct_simulation(std::shared_ptr<const Committee> problem, RouteInfo info) {
    return std::make_unique<DirectSimulation>(std::move(problem), std::move(info));
}

}  // namespace hidyn::committee
