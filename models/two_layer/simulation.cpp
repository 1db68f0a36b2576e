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
class Run {
  public:
    Run(const TwoLayer& problem, std::uint64_t d, std::uint32_t replica, random::StreamKey key)
        : problem_(problem),
          network_(problem, d),
          samples_(draw_samples(problem, d, replica)),
          theta_(network_.start(
              {.seed = problem.start_seed, .replica = replica, .purpose = random::Purpose::start})),
          velocity_(VectorXd::Zero(theta_.size())),
          direction_(VectorXd::Ones(theta_.size())) {
        if (problem.whole_batch()) return;
        batches_.emplace(static_cast<std::size_t>(samples_.x.cols()), key);
        key.purpose = random::Purpose::field;
        looks_.emplace(static_cast<std::size_t>(samples_.x.cols()), key);
    }

    void step() {
        if (batches_) draw(*batches_);
        velocity_ = problem_.momentum * velocity_ +
                    Network::At(network_, theta_, batches_ ? batch_ : samples_).gradient();
        theta_ -= problem_.learning_rate * velocity_;
    }
    [[nodiscard]] bool finite() const { return theta_.squaredNorm() < 1e12; }

    void archive(Archive& archive) {
        archive(theta_, velocity_, direction_);
        if (batches_) archive(*batches_, *looks_);
    }

    void observe(Recorder& recorder, std::size_t replica, std::size_t time) {
        const Network::At at(network_, theta_, samples_);
        const double loss = at.loss();
        const double sharpness = network_.sharpness(at, direction_);
        recorder.record(ObservablePlaces::train_loss, replica, time, {&loss, 1});
        recorder.record(ObservablePlaces::sharpness, replica, time, {&sharpness, 1});
        if (batches_) observe_batches(recorder, replica, time);
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
    void observe_batches(Recorder& recorder, std::size_t replica, std::size_t time) {
        math::BatchSharpness sharpness;
        for (int look = 0; look < math::BatchSharpness::most_batches && !sharpness.enough(); ++look) {
            draw(*looks_);
            const Network::At at(network_, theta_, batch_);
            const VectorXd g = at.gradient();
            sharpness.add(g.dot(at.hessian_times(g)), g.squaredNorm());
        }
        const double mean_of_ratios = sharpness.mean_of_ratios();
        const double ratio_of_means = sharpness.ratio_of_means();
        recorder.record(ObservablePlaces::batch_sharpness, replica, time, {&mean_of_ratios, 1});
        recorder.record(ObservablePlaces::ratio_of_means, replica, time, {&ratio_of_means, 1});
    }

    const TwoLayer& problem_;
    Network network_;
    Samples samples_, batch_;
    VectorXd theta_, velocity_, direction_;
    std::optional<random::Subsets> batches_, looks_;
};

class Simulation final : public Route {
  public:
    Simulation(std::shared_ptr<const TwoLayer> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome =
            run_replicas(info.replicas, 1, 1.0, grid, recorder, progress,
                         [&](std::size_t replica, BlockWatch& watch) { follow(replica, recorder, watch); });
        outcome.attributes["n"] = static_cast<double>(problem_->samples(info.d));
        return outcome;
    }

  private:
    void follow(std::size_t replica, Recorder& recorder, BlockWatch& watch) const {
        Run run(*problem_, info.d, static_cast<std::uint32_t>(replica),
                {.seed = info.seed,
                 .route = random::route_hash(info.name),
                 .replica = static_cast<std::uint32_t>(replica)});
        follow_schedule(
            watch, [&](Archive& archive) { archive(run); },
            [&](std::uint64_t count) {
                for (std::uint64_t step = 0; step < count; ++step) run.step();
            },
            [&](std::uint64_t step) {
                if (run.finite()) return watch.proceed(step);
                watch.mark_diverged(replica, step);
                return false;
            },
            [&](const Sampling& sampling) {
                // Between two steps the state is that of the nearer one.
                if (sampling.weight >= 0.5) run.observe(recorder, replica, sampling.time);
            });
    }

    std::shared_ptr<const TwoLayer> problem_;
};

}  // namespace

std::unique_ptr<Route> make_simulation(std::shared_ptr<const TwoLayer> problem, RouteInfo info) {
    return std::make_unique<Simulation>(std::move(problem), std::move(info));
}

}  // namespace hidyn::two_layer
