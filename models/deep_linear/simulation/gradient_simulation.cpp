#include <algorithm>
#include <optional>

#include "core/replicas.hpp"
#include "math/integrator.hpp"
#include "models/deep_linear/simulation/data_set.hpp"
#include "models/deep_linear/simulation/observer.hpp"
#include "models/deep_linear/simulation/simulation.hpp"

namespace hidyn::deep_linear {
namespace {

/// One replica: its weights, its data set if it learns from one, and its records.
class Run {
  public:
    Run(const DeepLinear& problem, const RouteInfo& info, std::size_t replica, Recorder& recorder)
        : network_(problem.weights(info.d, static_cast<std::uint32_t>(replica))),
          observer_(problem, info.d, network_),
          places_(problem),
          replica_(replica),
          recorder_(recorder) {
        if (problem.sample_ratio)
            data_.emplace(problem, info.d, observer_.teacher(),
                          random::StreamKey{.seed = info.seed,
                                            .route = random::route_hash(info.name),
                                            .replica = static_cast<std::uint32_t>(replica)});
    }

    Network& network() { return network_; }
    /// -dL/dW at the weights as they stand.
    const Eigen::MatrixXd& pull() {
        if (data_)
            data_->pull(network_.product(), pull_);
        else
            pull_ = observer_.teacher() - network_.product();
        return pull_;
    }
    void observe(std::size_t time, double weight) {
        observer_.observe(network_, recorder_, replica_, time, weight);
        if (!data_) return;
        const double loss = data_->loss(network_.product());
        recorder_.blend(places_.train_loss, replica_, time, weight, {&loss, 1});
    }

  private:
    Network network_;
    Observer observer_;
    ObservablePlaces places_;
    std::size_t replica_;
    Recorder& recorder_;
    std::optional<DataSet> data_;
    Eigen::MatrixXd pull_;
};

class GradientSimulation final : public Route {
  public:
    GradientSimulation(std::shared_ptr<const DeepLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        Outcome outcome = run_replicas(info.replicas, 1, problem_->steps_per_unit_time(1.0), grid, recorder,
                                       progress, [&](std::size_t replica, BlockWatch& watch) {
                                           Run run(*problem_, info, replica, recorder);
                                           if (problem_->rule == Rule::gradient_flow)
                                               flow(run, replica, grid, progress, watch);
                                           else
                                               descend(run, replica, watch);
                                       });
        if (const std::string warning = problem_->warning(info.d); !warning.empty())
            outcome.attributes["warning"] = warning;
        return outcome;
    }

  private:
    void descend(Run& run, std::size_t replica, BlockWatch& watch) const {
        follow_schedule(
            watch, [&](Archive& archive) { archive(run.network()); },
            [&](std::uint64_t count) {
                for (std::uint64_t step = 0; step < count; ++step)
                    run.network().step(problem_->learning_rate, run.pull());
            },
            [&](std::uint64_t step) {
                if (run.network().finite()) return watch.proceed(step);
                watch.mark_diverged(replica, step);
                return false;
            },
            [&](const Sampling& sampling) { run.observe(sampling.time, sampling.weight); });
    }

    void flow(Run& run, std::size_t replica, const TimeGrid& grid, Progress& progress,
              BlockWatch& watch) const {
        const math::Integration problem{
            .derivative =
                [&](const math::State& state, math::State& derivative, double) {
                    run.network().unpack(state);
                    double* to = derivative.data();
                    for (const Eigen::MatrixXd& layer : run.network().backward(run.pull()))
                        to = std::copy_n(layer.data(), layer.size(), to);
                },
            .record =
                [&](std::size_t time, const math::State& state) {
                    run.network().unpack(state);
                    run.observe(time, 1.0);
                },
            .relative_tolerance = 1e-10,
            .absolute_tolerance = 1e-12};
        PartialProgress part(progress, 1.0 / static_cast<double>(info.replicas));
        const math::IntegrationReport report =
            math::integrate(problem, run.network().packed(), grid.times, part);
        if (report.status != Status::complete)
            watch.mark_diverged_at(replica, report.reached, report.reached);
    }

    std::shared_ptr<const DeepLinear> problem_;
};

}  // namespace

std::unique_ptr<Route> make_gradient_simulation(std::shared_ptr<const DeepLinear> problem, RouteInfo info) {
    return std::make_unique<GradientSimulation>(std::move(problem), std::move(info));
}

}  // namespace hidyn::deep_linear
