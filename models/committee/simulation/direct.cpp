// SPDX-License-Identifier: MIT
#include "models/committee/simulation/direct.hpp"

#include "core/replicas.hpp"
#include "models/committee/first_passage.hpp"
#include "models/committee/simulation/direct_network.hpp"

namespace hidyn::committee {
namespace {

/// One replica, and when its overlap first passed.
class DirectReplica {
  public:
    DirectReplica(const Committee& problem, const RouteRun& run, std::size_t replica)
        : run_(run),
          threshold_(problem.escape_overlap),
          network_(problem, run.info.d, run.key(replica)),
          observer_(problem),
          report_(problem),
          passage_(threshold_ && network_.squared_overlap() >= *threshold_ ? 0.0 : not_yet) {}

    void advance(std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) {
            network_.step();
            ++made_;
            if (threshold_ && passage_ == not_yet && network_.squared_overlap() >= *threshold_)
                passage_ = static_cast<double>(made_) / static_cast<double>(run_.info.d);
        }
    }
    [[nodiscard]] bool finite() const { return network_.largest_norm() <= divergence_threshold; }
    void observe(const Slot& slot) {
        observer_.observe(network_.order_parameters(), slot);
        // A passage is at one step: the later look at a grid time between two steps knows it.
        observe_passage(report_, passage_, run_.grid.times[slot.time],
                        run_.recorder.at(slot.replica, slot.time));
    }
    void archive(Archive& archive) { archive(network_, passage_, made_); }

  private:
    const RouteRun& run_;
    std::optional<double> threshold_;
    DirectNetwork network_;
    Observer observer_;
    Observables report_;
    double passage_;
    std::uint64_t made_ = 0;
};

}  // namespace

Outcome simulate_directly(const Committee& problem, const RouteRun& run) {
    return run_steppers(run, static_cast<double>(run.info.d),
                        [&](std::size_t replica) { return DirectReplica(problem, run, replica); });
}

}  // namespace hidyn::committee
