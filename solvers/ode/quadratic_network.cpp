// SPDX-License-Identifier: MIT
#include "solvers/ode/quadratic_network.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "math/integrator.hpp"
#include "models/quadratic_network/moments.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/equations/quadratic_network/factor_gradient.hpp"
#include "solvers/equations/quadratic_network/starts.hpp"

namespace hidyn::ode {
namespace {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;
using math::State;
using quadratic_network::Covariance;
using quadratic_network::Factors;
using quadratic_network::Moments;
using quadratic_network::Observer;
using quadratic_network::QuadraticNetwork;

constexpr double largest_trace = 1e6;

/// d/dt [A | L] = -Phi(G).
class Flow {
  public:
    Flow(const QuadraticNetwork& problem, const Factors& start)
        : problem_(problem), gradient_(problem, problem.reference_size()), state_(start) {}

    [[nodiscard]] State pack() const {
        State packed(state_.A.data(), state_.A.data() + state_.A.size());
        for (const MatrixXd& block : state_.L)
            packed.insert(packed.end(), block.data(), block.data() + block.size());
        return packed;
    }
    void derivative(const State& packed, State& derivative) {
        unpack(packed);
        const MatrixXd direction = problem_.algorithm.direction(gradient_.of(state_));
        // Blocks stand side by side and are stored column by column: the order of `pack`.
        for (Index i = 0; i < direction.size(); ++i)
            derivative[static_cast<std::size_t>(i)] = -direction.data()[i];
    }
    void observe(const State& packed, const Observer& observer, const Slot& slot) {
        unpack(packed);
        observer.observe(state_, slot);
    }
    [[nodiscard]] static bool diverged(const State& packed) {
        double trace = 0.0;
        for (const double entry : packed) trace += entry * entry;
        return !(trace <= largest_trace);
    }

  private:
    void unpack(const State& packed) {
        const double* from = packed.data();
        const auto take = [&](MatrixXd& block) {
            block = Map<const MatrixXd>(from, block.rows(), block.cols());
            from += block.size();
        };
        take(state_.A);
        for (MatrixXd& block : state_.L) take(block);
    }

    const QuadraticNetwork& problem_;
    quadratic_network::FactorGradient gradient_;
    Factors state_;
};

/// Online SGD, one sample a step, d -> infinity in time steps / d:
///   dA/dt = -eta Psi_A,  dQ/dt = -eta (Psi_Q + Psi_Q^T) + eta^2 E g g^T.
class Online {
  public:
    Online(const QuadraticNetwork& problem, const Factors& start)
        : problem_(problem),
          covariance_(problem.inputs.at(problem.reference_size(), problem.teachers())),
          Theta_(problem.Theta(problem.reference_size())),
          A_(start.A),
          Q_(start.Q()) {}

    [[nodiscard]] State pack() const {
        State packed(A_.data(), A_.data() + A_.size());
        packed.insert(packed.end(), Q_.data(), Q_.data() + Q_.size());
        return packed;
    }
    void derivative(const State& packed, State& derivative) {
        unpack(packed);
        const double eta = problem_.algorithm.learning_rate;
        const Moments moments(Gamma(), A_, Theta_, covariance_.probes);
        const MatrixXd drift = moments.drift();
        Map<MatrixXd>(derivative.data(), A_.rows(), A_.cols()) =
            -eta * moments.probe_gradient(A_, Theta_, covariance_.probes);
        Map<MatrixXd>(derivative.data() + A_.size(), Q_.rows(), Q_.cols()) =
            -eta * (drift + drift.transpose()) + eta * eta * moments.noise(problem_.label_noise);
    }
    void observe(const State& packed, const Observer& observer, const Slot& slot) {
        unpack(packed);
        observer.observe(A_, Q_, Gamma(), slot);
    }
    [[nodiscard]] bool diverged(const State& packed) const {
        return !(Map<const MatrixXd>(packed.data() + A_.size(), Q_.rows(), Q_.cols()).trace() <=
                 largest_trace);
    }

  private:
    void unpack(const State& packed) {
        A_ = Map<const MatrixXd>(packed.data(), A_.rows(), A_.cols());
        Q_ = Map<const MatrixXd>(packed.data() + A_.size(), Q_.rows(), Q_.cols());
    }
    [[nodiscard]] MatrixXd Gamma() const {
        return Q_ + A_ * (covariance_.probes.array() - 1.0).matrix().asDiagonal() * A_.transpose();
    }

    const QuadraticNetwork& problem_;
    Covariance covariance_;
    MatrixXd Theta_;
    MatrixXd A_, Q_;
};

template <class Equations>
math::IntegrationReport integrate(Equations equations, const QuadraticNetwork& problem, double tolerance,
                                  std::size_t replica, const RouteRun& run) {
    const Observer observer(problem, problem.reference_size());
    std::size_t recorded = 0;
    const math::Integration integration{
        .derivative = [&](const State& state, State& derivative,
                          double) { equations.derivative(state, derivative); },
        .diverged = [&](const State& state) { return equations.diverged(state); },
        .record =
            [&](std::size_t time, const State& state) {
                equations.observe(state, observer, run.recorder.at(replica, Sampling{.time = time}));
                recorded = time + 1;
            },
        .relative_tolerance = tolerance,
        .absolute_tolerance = tolerance};
    math::IntegrationReport report =
        math::integrate(integration, equations.pack(), run.grid.times, run.progress);
    if (report.status != Status::complete) run.recorder.truncate(replica, recorded);
    return report;
}

math::IntegrationReport solve_start(const QuadraticNetwork& problem, double tolerance, std::size_t replica,
                                    const RouteRun& run) {
    const Factors& start = problem.starts[replica];
    return problem.algorithm.flow() ? integrate(Flow(problem, start), problem, tolerance, replica, run)
                                    : integrate(Online(problem, start), problem, tolerance, replica, run);
}

/// The distance to a solution with ten times the tolerance, about ten times the error.
void record_errors(const QuadraticNetwork& problem, double tolerance, const RouteRun& run) {
    Recorder looser(problem.observables(), 0, run.grid.size());
    PartialProgress unseen(run.progress, 0.0);
    solve_start(problem, 10.0 * tolerance, 0, {run.info, run.grid, looser, unseen});
    const Trajectory other = looser.take();
    std::vector<double> error;
    for (const Handle what : quadratic_network::Observables(problem).handles())
        for (std::size_t time = 0; time < run.grid.size(); ++time) {
            const auto one = run.recorder.series()[what.place()].at(0, time);
            const auto two = other.series[what.place()].at(0, time);
            error.clear();
            for (std::size_t part = 0; part < one.size(); ++part)
                error.push_back(std::abs(one[part] - two[part]));
            run.recorder.record_error(what, time, error);
        }
}

Outcome solve(const QuadraticNetwork& problem, double tolerance, const RouteRun& run) {
    Outcome outcome = follow_starts(problem, run, [&](std::size_t replica, const RouteRun& one) {
        return solve_start(problem, tolerance, replica, one);
    });
    if (!problem.start_per_replica) record_errors(problem, tolerance, run);
    return outcome;
}

Solver prepare(const Asked<QuadraticNetwork>& asked) {
    const QuadraticNetwork& problem = *asked.problem;
    if (!problem.algorithm.flow() && problem.inputs.kind != quadratic_network::InputLaw::Kind::spiked)
        asked.complaints.add(fmt::format("{}: the equations of online-sgd are for isotropic or spiked inputs",
                                         asked.keys.place()));
    return {[problem = asked.problem, tolerance = asked.keys.real("tolerance")](const RouteRun& run) {
        return solve(*problem, tolerance, run);
    }};
}

}  // namespace

RouteKind quadratic_network_kind() {
    return {.name = "ode",
            .summary =
                "flows of the population loss, exact at every d, and online SGD as d -> infinity (adaptive "
                "Dormand-Prince 5(4))",
            .source = "Braun, Bao, Huang & Imaizumi, arXiv 2601.22652; Arnaboldi et al., arXiv 2305.18502",
            .theory = true,
            .algorithms = {"gradient-flow", "spectral-gradient-flow", "online-sgd"},
            .keys = {keys::real("tolerance", "relative and absolute tolerance of the integration")
                         .at_least(1e-14)
                         .at_most(0.1)
                         .otherwise(1e-9)},
            .make = route_of<QuadraticNetwork>(prepare)};
}

}  // namespace hidyn::ode
