// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>

#include "core/replicas.hpp"
#include "math/integrator.hpp"
#include "models/deep_linear/simulation/data_set.hpp"
#include "models/deep_linear/simulation/observer.hpp"
#include "models/deep_linear/simulation/simulation.hpp"

namespace hidyn::deep_linear {
namespace {

/// One replica: its weights, and its data set if it learns from one.
class Learner {
  public:
    Learner(const DeepLinear& problem, const RouteRun& run, std::size_t replica)
        : problem_(problem),
          network_(problem.weights(run.info.d, static_cast<std::uint32_t>(replica))),
          observer_(problem, run.info.d, network_) {
        if (problem.sample_ratio)
            data_.emplace(problem, run.info.d, observer_.teacher(), run.key(replica, random::Purpose::data));
    }

    void advance(std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) network_.step(problem_.learning_rate, pull());
    }
    [[nodiscard]] bool finite() const { return network_.finite(); }
    void observe(const Slot& slot) const {
        observer_.observe(network_, slot);
        if (data_) slot.record(observer_.report().train_loss, data_->loss(network_.product()));
    }
    void archive(Archive& archive) { archive(network_); }

    math::IntegrationReport flow(const RouteRun& run, std::size_t replica) {
        const math::Integration problem{.derivative =
                                            [&](const math::State& state, math::State& derivative, double) {
                                                network_.unpack(state);
                                                double* to = derivative.data();
                                                for (const Eigen::MatrixXd& layer : network_.backward(pull()))
                                                    to = std::copy_n(layer.data(), layer.size(), to);
                                            },
                                        .record =
                                            [&](std::size_t time, const math::State& state) {
                                                network_.unpack(state);
                                                observe(run.recorder.at(replica, Sampling{.time = time}));
                                            },
                                        .relative_tolerance = 1e-10,
                                        .absolute_tolerance = 1e-12};
        PartialProgress part(run.progress, 1.0 / static_cast<double>(run.info.replicas));
        return math::integrate(problem, network_.packed(), run.grid.times, part);
    }

  private:
    /// -dL/dW at the weights as they stand.
    const Eigen::MatrixXd& pull() {
        if (data_)
            data_->pull(network_.product(), pull_);
        else
            pull_ = observer_.teacher() - network_.product();
        return pull_;
    }

    const DeepLinear& problem_;
    Network network_;
    Observer observer_;
    std::optional<DataSet> data_;
    Eigen::MatrixXd pull_;
};

Outcome flow(const DeepLinear& problem, const RouteRun& run) {
    return run_replicas(run.info.replicas, 1, problem.steps_per_unit_time(1.0), run.grid, run.recorder,
                        run.progress, [&](std::size_t replica, BlockWatch& watch) {
                            const math::IntegrationReport report =
                                Learner(problem, run, replica).flow(run, replica);
                            if (report.status != Status::complete)
                                watch.mark_diverged_at(replica, report.reached, report.reached);
                        });
}

}  // namespace

Outcome simulate_gradient(const DeepLinear& problem, const RouteRun& run) {
    Outcome outcome = problem.rule == Rule::gradient_flow
                          ? flow(problem, run)
                          : run_steppers(run, problem.steps_per_unit_time(1.0),
                                         [&](std::size_t replica) { return Learner(problem, run, replica); });
    if (const std::string warning = problem.warning(run.info.d); !warning.empty())
        outcome.attributes["warning"] = warning;
    return outcome;
}

}  // namespace hidyn::deep_linear
