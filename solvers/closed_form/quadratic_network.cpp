// SPDX-License-Identifier: MIT
#include "solvers/closed_form/quadratic_network.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/typed_route.hpp"
#include "math/matrices/spectrum.hpp"
#include "models/quadratic_network/moments.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/equations/quadratic_network/factor_gradient.hpp"
#include "solvers/equations/quadratic_network/starts.hpp"

namespace hidyn::closed_form {
namespace {

using Eigen::MatrixXd;
using quadratic_network::Covariance;
using quadratic_network::Factors;
using quadratic_network::Moments;
using quadratic_network::Observer;
using quadratic_network::QuadraticNetwork;
using quadratic_network::Source;

constexpr double largest_trace = 1e6;

/// [A | L] <- [A | L] - eta Phi(G).
class PopulationStep {
  public:
    PopulationStep(const QuadraticNetwork& problem, const Factors& start)
        : problem_(problem), gradient_(problem, problem.reference_size()), state_(start) {}

    void step() {
        const MatrixXd direction = problem_.algorithm.direction(gradient_.of(state_));
        gradient_.subtract(problem_.algorithm.learning_rate * direction, state_);
    }
    void observe(const Observer& observer, const Slot& slot) const { observer.observe(state_, slot); }
    [[nodiscard]] double trace() const { return state_.Q().trace(); }

  private:
    const QuadraticNetwork& problem_;
    quadratic_network::FactorGradient gradient_;
    Factors state_;
};

/// Batches of b d fresh samples, d -> infinity: the samples' noise adds E g g^T / b to the gradient's Gram
/// matrix V. With N = 1, or V^{-1/2} for a spectral step,
///   A <- A - eta N Psi_A,  Q <- Q - eta (N Psi_Q + Psi_Q^T N) + eta^2 N V N.
class BatchStep {
  public:
    BatchStep(const QuadraticNetwork& problem, const Factors& start)
        : problem_(problem),
          covariance_(problem.inputs.at(problem.reference_size(), problem.teachers())),
          Theta_(problem.Theta(problem.reference_size())),
          A_(start.A),
          Q_(start.Q()) {}

    void step() {
        const auto& algorithm = problem_.algorithm;
        const double eta = algorithm.learning_rate;
        const Moments moments(Gamma(), A_, Theta_, covariance_.probes);
        const MatrixXd Psi = moments.probe_gradient(A_, Theta_, covariance_.probes);
        const MatrixXd drift = moments.drift();
        const MatrixXd bulk = Q_ - A_ * A_.transpose();
        const MatrixXd V = Psi * Psi.transpose() + moments.H * bulk * moments.H +
                           moments.noise(problem_.label_noise) / algorithm.ratio;
        MatrixXd N = MatrixXd::Identity(V.rows(), V.cols());
        if (algorithm.spectral()) {
            const math::SymmetricSpectrum solver(V);
            N = solver.eigenvectors() *
                (solver.eigenvalues().array().max(0.0) + algorithm.regularization)
                    .sqrt()
                    .inverse()
                    .matrix()
                    .asDiagonal() *
                solver.eigenvectors().transpose();
        }
        A_ -= eta * N * Psi;
        const MatrixXd shift = N * drift;
        Q_ += -eta * (shift + shift.transpose()) + eta * eta * N * V * N;
    }
    void observe(const Observer& observer, const Slot& slot) const {
        observer.observe(A_, Q_, Gamma(), slot);
    }
    [[nodiscard]] double trace() const { return Q_.trace(); }

  private:
    [[nodiscard]] MatrixXd Gamma() const {
        return Q_ + A_ * (covariance_.probes.array() - 1.0).matrix().asDiagonal() * A_.transpose();
    }

    const QuadraticNetwork& problem_;
    Covariance covariance_;
    MatrixXd Theta_;
    MatrixXd A_, Q_;
};

template <class Step>
math::IntegrationReport follow(Step step, const QuadraticNetwork& problem, std::size_t replica,
                               const RouteRun& run) {
    const Observer observer(problem, problem.reference_size());
    const auto last = static_cast<std::uint64_t>(run.grid.times.back());
    math::IntegrationReport report;
    std::size_t next = 0;
    for (std::uint64_t t = 0;; ++t) {
        report.reached = static_cast<double>(t);
        if (!(step.trace() <= largest_trace)) {
            run.recorder.truncate(replica, next);
            report.status = Status::diverged;
            return report;
        }
        if (report.reached == run.grid.times[next])
            step.observe(observer, run.recorder.at(replica, Sampling{.time = next++}));
        if (t == last) return report;
        if (run.progress.stop_requested()) throw Interrupted();
        run.progress.advance(1.0 / static_cast<double>(last));
        step.step();
    }
}

Outcome solve(const QuadraticNetwork& problem, const RouteRun& run) {
    Outcome outcome = follow_starts(problem, run, [&](std::size_t replica, const RouteRun& one) {
        const Factors& start = problem.starts[replica];
        return problem.algorithm.source == Source::population
                   ? follow(PopulationStep(problem, start), problem, replica, one)
                   : follow(BatchStep(problem, start), problem, replica, one);
    });
    if (const std::string warning = problem.stability_warning(); !warning.empty())
        outcome.attributes["warning"] = warning;
    return outcome;
}

Solver prepare_batches(const Asked<QuadraticNetwork>& asked) {
    const QuadraticNetwork& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    if (problem.algorithm.polar != quadratic_network::Polar::exact)
        refuse("the recursion is of exact polar factors; give algorithm.polar = \"exact\"");
    if (problem.algorithm.source == Source::data_set)
        refuse(
            "no recursion of order parameters is closed on a data set that comes back; the simulation knows "
            "it, and approaches the population loss as sample_ratio grows");
    if (problem.algorithm.source == Source::fresh &&
        problem.inputs.kind != quadratic_network::InputLaw::Kind::spiked)
        refuse("with batches the recursion of A and Q is for isotropic or spiked inputs");
    return {[problem = asked.problem](const RouteRun& run) { return solve(*problem, run); }};
}

}  // namespace

RouteKind quadratic_network_kind() {
    return {
        .name = "closed-form",
        .summary = "the recursion of the weights' Gram matrices: exact for the population loss at every d",
        .source = "Braun, Bao, Huang & Imaizumi, arXiv 2601.22652; Isserlis' theorem",
        .theory = true,
        .algorithms = {"gradient-descent", "spectral-gradient-descent"},
        .keys = {},
        .make = route_of<QuadraticNetwork>(prepare_batches)};
}

}  // namespace hidyn::closed_form
