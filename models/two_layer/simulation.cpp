// SPDX-License-Identifier: MIT
#include "models/two_layer/simulation.hpp"

#include <optional>

#include "core/replicas.hpp"
#include "math/batch_sharpness.hpp"
#include "models/two_layer/network.hpp"
#include "random/subset.hpp"

namespace hidyn::two_layer {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// One run: weights, velocity, data set and the batches drawn from it.
class Replica {
  public:
    Replica(const TwoLayer& problem, const RouteRun& run, std::size_t replica)
        : problem_(problem),
          report_(problem),
          recorder_(run.recorder),
          network_(problem, run.info.d),
          samples_(draw_samples(problem, run.info.d, static_cast<std::uint32_t>(replica))),
          theta_(network_.start({.seed = problem.start_seed,
                                 .replica = static_cast<std::uint32_t>(replica),
                                 .purpose = random::Purpose::start})),
          velocity_(VectorXd::Zero(theta_.size())),
          direction_(VectorXd::Ones(theta_.size())) {
        if (problem.whole_batch()) return;
        batches_.emplace(static_cast<std::size_t>(samples_.x.cols()), run.key(replica));
        looks_.emplace(static_cast<std::size_t>(samples_.x.cols()), run.key(replica, random::Purpose::field));
    }

    void advance(std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) {
            if (batches_) draw(*batches_);
            velocity_ = problem_.momentum * velocity_ +
                        Network::At(network_, theta_, batches_ ? batch_ : samples_).gradient();
            theta_ -= problem_.learning_rate * velocity_;
        }
    }
    [[nodiscard]] bool finite() const { return theta_.squaredNorm() < 1e12; }
    void observe(const Slot& slot) {
        // Between two steps the state is that of the nearer one.
        if (slot.weight < 0.5) return;
        const Slot alone = recorder_.at(slot.replica, slot.time);
        const Network::At at(network_, theta_, samples_);
        alone.record(report_.train_loss, at.loss());
        alone.record(report_.sharpness, network_.sharpness(at, direction_));
        if (batches_) observe_batches(alone);
    }
    void archive(Archive& archive) {
        archive(theta_, velocity_, direction_);
        if (batches_) archive(*batches_, *looks_);
    }

  private:
    void draw(random::Subsets& subsets) {
        const auto size = static_cast<Index>(problem_.batch_size);
        batch_.x.resize(samples_.x.rows(), size);
        batch_.y.resize(size);
        Index place = 0;
        for (const std::size_t sample : subsets.draw(static_cast<std::size_t>(size))) {
            batch_.x.col(place) = samples_.x.col(static_cast<Index>(sample));
            batch_.y[place++] = samples_.y[static_cast<Index>(sample)];
        }
    }
    void observe_batches(const Slot& slot) {
        math::BatchSharpness sharpness;
        for (int look = 0; look < math::BatchSharpness::most_batches && !sharpness.enough(); ++look) {
            draw(*looks_);
            const Network::At at(network_, theta_, batch_);
            const VectorXd g = at.gradient();
            sharpness.add(g.dot(at.hessian_times(g)), g.squaredNorm());
        }
        slot.record(report_.batch_sharpness, sharpness.mean_of_ratios());
        slot.record(report_.ratio_of_means, sharpness.ratio_of_means());
    }

    const TwoLayer& problem_;
    Observables report_;
    Recorder& recorder_;
    Network network_;
    Samples samples_, batch_;
    VectorXd theta_, velocity_, direction_;
    std::optional<random::Subsets> batches_, looks_;
};

}  // namespace

Outcome simulate(const TwoLayer& problem, const RouteRun& run) {
    Outcome outcome =
        run_steppers(run, 1.0, [&](std::size_t replica) { return Replica(problem, run, replica); });
    outcome.attributes["n"] = static_cast<double>(problem.samples(run.info.d));
    return outcome;
}

}  // namespace hidyn::two_layer
