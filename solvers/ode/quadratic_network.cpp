#include "solvers/ode/quadratic_network.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/parallel.hpp"
#include "math/integrator.hpp"
#include "models/quadratic_network/moments.hpp"
#include "models/quadratic_network/observer.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/equations/quadratic_network/factor_gradient.hpp"

namespace hidyn::ode {
namespace {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;
using math::State;
using quadratic_network::Covariance;
using quadratic_network::Factors;
using quadratic_network::Moments;
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
    void observe(const State& packed, const quadratic_network::Observer& observer, Recorder& recorder,
                 std::size_t replica, std::size_t time) {
        unpack(packed);
        observer.observe(state_, recorder, replica, time);
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
    void observe(const State& packed, const quadratic_network::Observer& observer, Recorder& recorder,
                 std::size_t replica, std::size_t time) {
        unpack(packed);
        observer.observe(A_, Q_, Gamma(), recorder, replica, time);
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

class OdeRoute final : public Route {
  public:
    OdeRoute(std::shared_ptr<const QuadraticNetwork> problem, double tolerance, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)), tolerance_(tolerance) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const auto count = static_cast<std::int64_t>(problem_->starts.size());
        std::vector<math::IntegrationReport> reports(problem_->starts.size());
        parallel_for(count, progress, [&](std::int64_t index) {
            const auto replica = static_cast<std::size_t>(index);
            PartialProgress part(progress, 1.0 / static_cast<double>(count));
            reports[replica] = solve_start(replica, 1.0, grid, recorder, part);
        });
        if (!problem_->start_per_replica) record_errors(grid, recorder, progress);
        Outcome outcome;
        for (const math::IntegrationReport& report : reports) {
            if (report.status == Status::complete) continue;
            outcome.status = report.status;
            outcome.detail = report.detail;
            if (problem_->start_per_replica) ++outcome.diverged_replicas;
            outcome.diverged_at = std::fmin(outcome.diverged_at, report.reached);
        }
        return outcome;
    }

  private:
    math::IntegrationReport solve_start(std::size_t replica, double looser, const TimeGrid& grid,
                                        Recorder& recorder, Progress& progress) const {
        const Factors& start = problem_->starts[replica];
        return problem_->algorithm.flow()
                   ? integrate(Flow(*problem_, start), replica, looser, grid, recorder, progress)
                   : integrate(Online(*problem_, start), replica, looser, grid, recorder, progress);
    }

    /// The distance to a solution with ten times the tolerance, about ten times the error.
    void record_errors(const TimeGrid& grid, Recorder& recorder, Progress& progress) const {
        Recorder looser(problem_->observables(), 0, grid.size());
        PartialProgress unseen(progress, 0.0);
        solve_start(0, 10.0, grid, looser, unseen);
        const Trajectory other = looser.take();
        std::vector<double> error;
        for (std::size_t index = 0; index < other.series.size(); ++index)
            for (std::size_t time = 0; time < grid.size(); ++time) {
                const auto one = recorder.series()[index].at(0, time);
                const auto two = other.series[index].at(0, time);
                error.clear();
                for (std::size_t part = 0; part < one.size(); ++part)
                    error.push_back(std::abs(one[part] - two[part]));
                recorder.record_error(index, time, error);
            }
    }

    template <class Equations>
    math::IntegrationReport integrate(Equations equations, std::size_t replica, double looser,
                                      const TimeGrid& grid, Recorder& recorder, Progress& progress) const {
        const quadratic_network::Observer observer(*problem_, problem_->reference_size());
        std::size_t recorded = 0;
        const math::Integration problem{
            .derivative = [&](const State& state, State& derivative,
                              double) { equations.derivative(state, derivative); },
            .diverged = [&](const State& state) { return equations.diverged(state); },
            .record =
                [&](std::size_t time, const State& state) {
                    equations.observe(state, observer, recorder, replica, time);
                    recorded = time + 1;
                },
            .relative_tolerance = looser * tolerance_,
            .absolute_tolerance = looser * tolerance_};
        math::IntegrationReport report = math::integrate(problem, equations.pack(), grid.times, progress);
        if (report.status != Status::complete) recorder.truncate(replica, recorded);
        return report;
    }

    std::shared_ptr<const QuadraticNetwork> problem_;
    double tolerance_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const QuadraticNetwork&>(base);
    if (!problem.algorithm.flow() && problem.inputs.kind != quadratic_network::InputLaw::Kind::spiked)
        complaints.add(
            fmt::format("{}: the equations of online-sgd are for isotropic or spiked inputs", table.place()));
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
            .keys = {{.name = "tolerance",
                      .type = KeyType::real,
                      .meaning = "relative and absolute tolerance of the integration",
                      .range = {.minimum = 1e-14, .maximum = 0.1},
                      .standard = 1e-9}},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<OdeRoute>(std::dynamic_pointer_cast<const QuadraticNetwork>(problem),
                                                  table.real("tolerance"), std::move(info));
            }};
}

}  // namespace hidyn::ode
