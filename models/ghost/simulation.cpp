// SPDX-License-Identifier: MIT
#include "models/ghost/simulation.hpp"

#include <cmath>
#include <vector>

#include "core/replicas.hpp"
#include "models/ghost/neuron.hpp"

namespace hidyn::ghost {
namespace {

/// Gradient descent of one replica, each step by a run of the neuron.
class Descent {
  public:
    Descent(const Ghost& problem, std::size_t replica)
        : problem_(problem),
          report_(problem),
          best_(problem.best_parameter()),
          r_(problem.ratios[replica] * best_),
          response_(respond(problem, r_)) {}

    void advance(std::uint64_t steps) {
        for (std::uint64_t step = 0; step < steps; ++step) {
            r_ -= problem_.learning_rate * response_.gradient;
            response_ = respond(problem_, r_);
        }
    }
    [[nodiscard]] bool finite() const { return std::isfinite(response_.gradient); }
    void observe(const Slot& slot) const {
        const double ratio = r_ / best_;
        slot.record(report_.parameter, ratio);
        slot.record(report_.loss, response_.loss);
        slot.record(report_.activation_time, response_.activation_time);
        slot.record(report_.trapped, ratio < 0.25 ? 1.0 : 0.0);
    }
    void archive(Archive& archive) { archive(r_, response_); }

  private:
    const Ghost& problem_;
    Observables report_;
    double best_, r_;
    Response response_;
};

/// Nothing is random in an evolution or a landscape: all replicas are one.
void look(const Ghost& problem, const RouteRun& run) {
    const Observables report(problem);
    std::vector<double> losses, gradients;
    std::vector<std::vector<double>> states;
    for (const double ratio : problem.ratios) {
        const double r = ratio * problem.best_parameter();
        if (problem.task == Task::evolution) {
            states.push_back(trajectory(r, run.grid.times));
            continue;
        }
        const Response response = respond(problem, r);
        losses.push_back(response.loss);
        gradients.push_back(problem.best_parameter() * response.gradient);
    }
    for (std::size_t replica = 0; replica < run.info.replicas; ++replica)
        for (std::size_t time = 0; time < run.grid.size(); ++time) {
            std::vector<double> at_time;
            for (const std::vector<double>& one : states) at_time.push_back(one[time]);
            const Slot slot = run.recorder.at(replica, time);
            slot.record(report.state, at_time);
            slot.record(report.loss_landscape, losses);
            slot.record(report.gradient_landscape, gradients);
        }
    run.progress.advance(1.0);
}

}  // namespace

Outcome simulate(const Ghost& problem, const RouteRun& run) {
    if (problem.task == Task::descent)
        return run_steppers(
            run, 1.0, [&](std::size_t replica) { return Descent(problem, replica); }, 1);
    look(problem, run);
    return {};
}

}  // namespace hidyn::ghost
