// SPDX-License-Identifier: MIT
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

/// Eight replicas from `first` on.
void run_block(const Committee& problem, const RouteRun& run, std::size_t first, BlockWatch& watch) {
    std::array<random::StreamKey, random::lane_count> keys{};
    std::array<const OrderParameters*, random::lane_count> starts{};
    std::array<bool, random::lane_count> alive{};
    for (std::size_t lane = 0; lane < random::lane_count; ++lane) {
        const std::size_t replica = first + lane;
        keys[lane] = run.key(replica);
        alive[lane] = replica < run.info.replicas;
        if (alive[lane]) starts[lane] = &problem.start_of(replica);
    }
    ReducedChain chain(problem, run.info.d, keys, starts);
    Observer observer(problem);
    const Observables report(problem);
    const std::optional<double> threshold = problem.escape_overlap;
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
                if (!alive[lane] || norms[static_cast<Eigen::Index>(lane)] <= divergence_threshold) continue;
                alive[lane] = false;
                watch.mark_diverged(first + lane, step);
            }
            return watch.proceed(step);
        },
        [&](const Sampling& sampling) {
            for (std::size_t lane = 0; lane < random::lane_count; ++lane) {
                if (!alive[lane]) continue;
                observer.observe(chain.order_parameters(lane), run.recorder.at(first + lane, sampling));
                observe_passage(report, passages.steps(lane) / static_cast<double>(run.info.d),
                                run.grid.times[sampling.time], run.recorder.at(first + lane, sampling.time));
            }
        });
}

}  // namespace

Outcome simulate_reduced(const Committee& problem, const RouteRun& run) {
    return run_replicas(run.info.replicas, random::lane_count, static_cast<double>(run.info.d), run.grid,
                        run.recorder, run.progress,
                        [&](std::size_t first, BlockWatch& watch) { run_block(problem, run, first, watch); });
}

}  // namespace hidyn::committee
