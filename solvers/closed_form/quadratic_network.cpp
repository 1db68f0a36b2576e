#include "solvers/closed_form/quadratic_network.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "math/matrices/spectrum.hpp"
#include "models/quadratic_network/moments.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/equations/quadratic_network/factor_gradient.hpp"

namespace hidyn::closed_form {
namespace {

using Eigen::MatrixXd;
using quadratic_network::Covariance;
using quadratic_network::Factors;
using quadratic_network::Moments;
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
    void observe(const quadratic_network::Observer& observer, Recorder& recorder, std::size_t replica,
                 std::size_t time) const {
        observer.observe(state_, recorder, replica, time);
    }
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
    void observe(const quadratic_network::Observer& observer, Recorder& recorder, std::size_t replica,
                 std::size_t time) const {
        observer.observe(A_, Q_, Gamma(), recorder, replica, time);
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

class Recursion final : public Route {
  public:
    Recursion(std::shared_ptr<const QuadraticNetwork> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto count = static_cast<std::int64_t>(problem_->starts.size());
        std::vector<double> ends(problem_->starts.size(), std::nan(""));
        parallel_for(count, progress, [&](std::int64_t index) {
            const auto replica = static_cast<std::size_t>(index);
            PartialProgress part(progress, 1.0 / static_cast<double>(count));
            const Factors& start = problem_->starts[replica];
            ends[replica] = problem_->algorithm.source == Source::population
                                ? follow(PopulationStep(*problem_, start), replica, grid, recorder, part)
                                : follow(BatchStep(*problem_, start), replica, grid, recorder, part);
        });
        Outcome outcome;
        if (const std::string warning = problem_->stability_warning(); !warning.empty())
            outcome.attributes["warning"] = warning;
        for (const double end : ends) {
            if (std::isnan(end)) continue;
            outcome.status = Status::diverged;
            if (problem_->start_per_replica) ++outcome.diverged_replicas;
            outcome.diverged_at = std::fmin(outcome.diverged_at, end);
        }
        return outcome;
    }

  private:
    /// The time at which it diverged; NaN: it did not.
    template <class Step>
    double follow(Step step, std::size_t replica, const TimeGrid& grid, Recorder& recorder,
                  Progress& progress) const {
        const quadratic_network::Observer observer(*problem_, problem_->reference_size());
        const auto last = static_cast<std::uint64_t>(grid.times.back());
        std::size_t next = 0;
        for (std::uint64_t t = 0;; ++t) {
            if (!(step.trace() <= largest_trace)) {
                recorder.truncate(replica, next);
                return static_cast<double>(t);
            }
            if (static_cast<double>(t) == grid.times[next]) step.observe(observer, recorder, replica, next++);
            if (t == last) return std::nan("");
            if (progress.stop_requested()) throw Interrupted();
            progress.advance(1.0 / static_cast<double>(last));
            step.step();
        }
    }

    std::shared_ptr<const QuadraticNetwork> problem_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const QuadraticNetwork&>(base);
    const auto refuse = [&](const std::string& why) {
        complaints.add(fmt::format("{}: {}", table.place(), why));
    };
    if (problem.algorithm.polar != quadratic_network::Polar::exact)
        refuse("the recursion is of exact polar factors; give algorithm.polar = \"exact\"");
    if (problem.algorithm.source == Source::data_set)
        refuse(
            "no recursion of order parameters is closed on a data set that comes back; the simulation knows "
            "it, and "
            "approaches the population loss as sample_ratio grows");
    if (problem.algorithm.source != Source::fresh) return;
    if (problem.inputs.kind != quadratic_network::InputLaw::Kind::spiked)
        refuse("with batches the recursion of A and Q is for isotropic or spiked inputs");
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
        .check = check,
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<Recursion>(std::dynamic_pointer_cast<const QuadraticNetwork>(problem),
                                               std::move(info));
        }};
}

}  // namespace hidyn::closed_form
