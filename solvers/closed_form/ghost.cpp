#include "solvers/closed_form/ghost.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/step_schedule.hpp"
#include "models/ghost/ghost.hpp"

namespace hidyn::closed_form {

using ghost::Ghost;
using ghost::LandscapePlaces;
using ghost::ObservablePlaces;
using ghost::Task;

double passage_time(double r, double end) {
    if (r <= 0.0) return std::numeric_limits<double>::infinity();
    const double root = std::sqrt(r);
    return std::atan(end / root) / root;
}

namespace {

/// x(t) from 0.
double state(double r, double time) {
    if (r < 0.0) return -std::sqrt(-r) * std::tanh(std::sqrt(-r) * time);
    if (r == 0.0) return 0.0;
    const double angle = std::sqrt(r) * time;
    if (angle >= 0.5 * std::numbers::pi) return ghost::shown_state;
    return std::fmin(ghost::shown_state, std::sqrt(r) * std::tan(angle));
}

}  // namespace

double ghost_loss(double r, double delay, double end) {
    const double activation = passage_time(r, end);
    return activation < 2.0 * delay ? std::abs(delay - activation) : delay;
}

double ghost_gradient(double r, double delay, double end) {
    const double activation = passage_time(r, end);
    if (!(activation < 2.0 * delay)) return 0.0;
    const double far = std::isinf(end) ? 0.0 : 0.5 * end / (r * (r + end * end));
    const double slope = 0.5 * activation / r + far;  // -d activation / dr
    return activation > delay ? -slope : slope;
}

double ghost_critical_rate(double delay) {
    return 3.0 * std::pow(std::numbers::pi, 4) / (32.0 * std::pow(delay, 5));
}

namespace {

class Passage final : public Route {
  public:
    Passage(std::shared_ptr<const Ghost> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        if (problem_->task == Task::descent)
            for (std::size_t replica = 0; replica < problem_->ratios.size(); ++replica)
                descend(replica, grid, recorder);
        else
            look(grid, recorder);
        progress.advance(1.0);
        Outcome outcome;
        outcome.attributes["critical_learning_rate"] = ghost_critical_rate(problem_->delay);
        return outcome;
    }

  private:
    /// In rho = r / r*, where the map knows the learning rate in units of the critical one alone (but for the
    /// output's threshold): rho <- rho -+ (3/4) (alpha / critical) rho^{-3/2}.
    void descend(std::size_t replica, const TimeGrid& grid, Recorder& recorder) const {
        const double T = problem_->delay;
        const double best = problem_->best_parameter();
        double rho = problem_->ratios[replica];
        std::uint64_t done = 0;
        for (const Sampling& sampling : sampling_schedule(grid, 1.0)) {
            for (; done < sampling.step; ++done)
                rho -= problem_->learning_rate * ghost_gradient(rho * best, T, problem_->threshold) / best;
            const auto blend = [&](std::size_t place, double value) {
                recorder.blend(place, replica, sampling.time, sampling.weight, {&value, 1});
            };
            blend(ObservablePlaces::parameter, rho);
            blend(ObservablePlaces::loss, ghost_loss(rho * best, T, problem_->threshold));
            blend(ObservablePlaces::activation_time,
                  std::fmin(passage_time(rho * best, problem_->threshold), 2.0 * T));
            blend(ObservablePlaces::trapped, rho < 0.25 ? 1.0 : 0.0);
            if (replica == 0) record_own_error(recorder, sampling.time);
        }
    }

    /// The output is no step: it goes on while x grows by a few around the threshold.
    void record_own_error(Recorder& recorder, std::size_t time) const {
        const double rise = 3.0 / (problem_->threshold * problem_->threshold);
        const double integration = 1e-6 * problem_->delay;
        recorder.record_error(ObservablePlaces::loss, time, {&rise, 1});
        recorder.record_error(ObservablePlaces::activation_time, time, {&integration, 1});
    }

    void look(const TimeGrid& grid, Recorder& recorder) const {
        const double best = problem_->best_parameter();
        for (std::size_t time = 0; time < grid.size(); ++time) {
            std::vector<double> first, second;
            for (const double ratio : problem_->ratios) {
                const double r = ratio * best;
                if (problem_->task == Task::evolution) {
                    first.push_back(state(r, grid.times[time]));
                    continue;
                }
                first.push_back(ghost_loss(r, problem_->delay, problem_->threshold));
                second.push_back(best * ghost_gradient(r, problem_->delay, problem_->threshold));
            }
            recorder.record(LandscapePlaces::loss, 0, time, first);
            if (problem_->task == Task::landscape)
                recorder.record(LandscapePlaces::gradient, 0, time, second);
        }
    }

    std::shared_ptr<const Ghost> problem_;
};

}  // namespace

RouteKind ghost_kind() {
    return {.name = "closed-form",
            .summary =
                "passage past the ghost in closed form: state, loss, gradient and the universal map of "
                "gradient descent",
            .source = "Dinc et al., arXiv 2501.02378, for an output that is a step far from the ghost",
            .theory = true,
            .keys = {},
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Passage>(std::dynamic_pointer_cast<const Ghost>(problem),
                                                 std::move(info));
            }};
}

}  // namespace hidyn::closed_form
