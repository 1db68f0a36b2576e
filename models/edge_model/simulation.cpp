// SPDX-License-Identifier: MIT
#include "models/edge_model/simulation.hpp"

#include "core/replicas.hpp"
#include "models/edge_model/batch_sharpness.hpp"
#include "models/edge_model/learners.hpp"

namespace hidyn::edge_model {
namespace {

/// One replica, and what is measured on it.
template <class Learner>
class Replica {
  public:
    Replica(const EdgeModel& problem, const RouteRun& run, std::size_t replica)
        : recorder_(run.recorder),
          learner_(problem, run.info.d, run.key(replica)),
          observer_(problem, run.info.d, run.key(replica, random::Purpose::field)) {}

    void advance(std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) learner_.step();
    }
    [[nodiscard]] bool finite() const { return learner_.finite(); }
    void observe(const Slot& slot) {
        // Between two steps the state is that of the nearer one.
        if (slot.weight >= 0.5) observer_.observe(learner_.weights(), recorder_.at(slot.replica, slot.time));
    }
    void archive(Archive& archive) { archive(learner_, observer_); }

  private:
    Recorder& recorder_;
    Learner learner_;
    Observer observer_;
};

template <class Learner>
Outcome follow(const EdgeModel& problem, const RouteRun& run) {
    return run_steppers(run, 1.0,
                        [&](std::size_t replica) { return Replica<Learner>(problem, run, replica); });
}

}  // namespace

Outcome simulate(const EdgeModel& problem, const RouteRun& run) {
    return run.info.method == "reduced" ? follow<Reduced>(problem, run) : follow<Direct>(problem, run);
}

}  // namespace hidyn::edge_model
