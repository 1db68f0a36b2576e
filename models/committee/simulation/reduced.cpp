#include "models/committee/simulation/reduced.hpp"

#include <array>

#include "core/replicas.hpp"
#include "models/committee/first_passage.hpp"
#include "models/committee/simulation/reduced_chain.hpp"

namespace hidyn::committee {
namespace {

// The numbers of steps after which the overlaps of all lanes have first reached the threshold.
class Passages {
  public:
    Passages(const ReducedChain& chain, std::optional<double> threshold)
        : chain_(chain), threshold_(threshold.value_or(0.0)), first_(Lanes::Constant(not_yet)) {
        if (threshold) note();
    }
    /// After each step.
    void look() {
        step_ += 1.0;
        note();
    }
    [[nodiscard]] double steps(std::size_t lane) const { return first_[static_cast<Eigen::Index>(lane)]; }

    void archive(Archive& archive) { archive(step_, first_); }

  private:
    void note() {
        first_ = (chain_.squared_overlap() >= threshold_ && first_ == not_yet).select(step_, first_);
    }

    const ReducedChain& chain_;
    double threshold_;
    double step_ = 0.0;
    Lanes first_;
};

class ReducedSimulation final : public Route {
  public:
    ReducedSimulation(std::shared_ptr<const Committee> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto simulate = [&](std::size_t first, BlockWatch& watch) {
            run_block(first, grid, recorder, watch);
        };
        return run_replicas(info.replicas, random::lane_count, static_cast<double>(info.d), grid, recorder,
                            progress, simulate);
    }

  private:
    void run_block(std::size_t first, const TimeGrid& grid, Recorder& recorder, BlockWatch& watch) const {
        std::array<random::StreamKey, random::lane_count> keys{};
        std::array<const OrderParameters*, random::lane_count> starts{};
        std::array<bool, random::lane_count> alive{};
        for (std::size_t lane = 0; lane < random::lane_count; ++lane) {
            const std::size_t replica = first + lane;
            keys[lane] = {.seed = info.seed,
                          .route = random::route_hash(info.name),
                          .replica = static_cast<std::uint32_t>(replica)};
            alive[lane] = replica < info.replicas;
            if (alive[lane]) starts[lane] = &problem_->start_of(replica);
        }
        ReducedChain chain(*problem_, info.d, keys, starts);
        Observer observer(*problem_);
        const std::optional<double> threshold = problem_->escape_overlap;
        Passages passages(chain, threshold);
        follow_schedule(
            watch, [&](Archive& archive) { archive(chain, passages, alive); },
            [&](std::uint64_t steps) {
                for (std::uint64_t step = 0; step < steps; ++step) {
                    chain.step();
                    if (threshold) passages.look();
                }
            },
            [&](std::uint64_t step) {
                const Lanes norms = chain.largest_norm();
                for (std::size_t lane = 0; lane < random::lane_count; ++lane) {
                    if (!alive[lane] || norms[static_cast<Eigen::Index>(lane)] <= divergence_threshold)
                        continue;
                    alive[lane] = false;
                    watch.mark_diverged(first + lane, step);
                }
                return watch.proceed(step);
            },
            [&](const Sampling& sampling) {
                for (std::size_t lane = 0; lane < random::lane_count; ++lane) {
                    if (!alive[lane]) continue;
                    observer.observe(chain.order_parameters(lane), recorder, first + lane, sampling.time,
                                     sampling.weight);
                    if (threshold)
                        observe_passage(*problem_, passages.steps(lane) / static_cast<double>(info.d),
                                        grid.times[sampling.time], recorder, first + lane, sampling.time);
                }
            });
    }

    std::shared_ptr<const Committee> problem_;
};

}  // namespace

std::unique_ptr<Route> make_reduced_simulation(std::shared_ptr<const Committee> problem, RouteInfo info) {
    return std::make_unique<ReducedSimulation>(std::move(problem), std::move(info));
}

}  // namespace hidyn::committee
