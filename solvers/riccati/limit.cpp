#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "math/integrator.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/riccati/bulk_law.hpp"
#include "solvers/riccati/quadratic_network.hpp"

namespace hidyn::riccati {
namespace {

using math::State;
using quadratic_network::ObservablePlaces;
using quadratic_network::QuadraticNetwork;

/// K and d -> infinity at fixed ratio, entries of W_0 / sqrt(d) of variance s^2 / d: with
///   kappa = (s^2 / d) tr (1 + 4 theta Y)^{-1},  chi = (s^2 / d) tr Y (1 + 4 theta Y)^{-2},
///   T_r = e^{-2 phi} kappa / (e^{-4 mu_r t} + 4 theta_r kappa),
///   bulk = e^{-2 phi} (tr Y / (1 + 4 theta Y) - sum_r 4 theta_r chi / (e^{-4 mu_r t} + 4 theta_r kappa)).
class Closure {
  public:
    explicit Closure(const QuadraticNetwork& problem)
        : strengths_(problem.strengths),
          d_(static_cast<double>(problem.start_size)),
          s2_(problem.start_scale * problem.start_scale),
          law_(static_cast<double>(problem.students), d_ - static_cast<double>(problem.teachers()), d_, s2_) {
    }

    struct Masses {
        std::vector<double> T;
        double bulk = 0.0;
        double bulk_square = 0.0;  ///< tr of the squared bulk
    };
    [[nodiscard]] Masses masses(const State& state, double time) const {
        const double theta = state[1];
        const double scale = std::exp(-2.0 * state[0]);
        const double kappa = s2_ / d_ * law_.trace([&](double y) { return 1.0 / (1.0 + 4.0 * theta * y); });
        const double chi =
            s2_ / d_ * law_.trace([&](double y) { return y / std::pow(1.0 + 4.0 * theta * y, 2); });
        Masses made;
        made.bulk = scale * law_.trace([&](double y) { return y / (1.0 + 4.0 * theta * y); });
        made.bulk_square =
            scale * scale * law_.trace([&](double y) { return std::pow(y / (1.0 + 4.0 * theta * y), 2); });
        for (std::size_t r = 0; r < strengths_.size(); ++r) {
            const double below = std::exp(-4.0 * strengths_[r] * time) + 4.0 * state[2 + r] * kappa;
            made.T.push_back(scale * kappa / below);
            made.bulk -= scale * 4.0 * state[2 + r] * chi / below;
        }
        return made;
    }
    void derivative(const State& state, State& derivative, double time) const {
        const Masses now = masses(state, time);
        const double scale = std::exp(-2.0 * state[0]);
        derivative[0] = now.bulk;
        derivative[1] = scale;
        for (std::size_t r = 0; r < strengths_.size(); ++r) {
            derivative[0] += now.T[r] - strengths_[r];
            derivative[2 + r] = scale - 4.0 * strengths_[r] * state[2 + r];
        }
    }
    /// Of the eigenvalues of W W^T.
    [[nodiscard]] double quantile(double level, const State& state) const {
        const double y = law_.quantile(level);
        return d_ * std::exp(-2.0 * state[0]) * y / (1.0 + 4.0 * state[1] * y);
    }

  private:
    std::vector<double> strengths_;
    double d_, s2_;
    BulkLaw law_;
};

class Limit final : public Route {
  public:
    Limit(std::shared_ptr<const QuadraticNetwork> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const Closure closure(*problem_);
        std::size_t recorded = 0;
        const math::Integration problem{
            .derivative = [&](const State& state, State& derivative,
                              double time) { closure.derivative(state, derivative, time); },
            .record =
                [&](std::size_t time, const State& state) {
                    record(closure, state, grid.times[time], time, recorder);
                    recorded = time + 1;
                },
            .relative_tolerance = tolerance,
            .absolute_tolerance = tolerance};
        const math::IntegrationReport report =
            math::integrate(problem, State(problem_->teachers() + 2, 0.0), grid.times, progress);
        Outcome outcome;
        if (report.status == Status::complete) return outcome;
        for (std::size_t replica = 0; replica < curves(); ++replica) recorder.truncate(replica, recorded);
        outcome.status = report.status;
        outcome.detail = report.detail;
        outcome.diverged_at = report.reached;
        return outcome;
    }

  private:
    /// Every start has the same limit.
    [[nodiscard]] std::size_t curves() const {
        return problem_->start_per_replica ? problem_->starts.size() : 1;
    }

    void record(const Closure& closure, const State& state, double now, std::size_t time,
                Recorder& recorder) const {
        const ObservablePlaces places(*problem_);
        const auto put_all = [&](std::size_t place, std::span<const double> values) {
            for (std::size_t replica = 0; replica < curves(); ++replica)
                recorder.record(place, replica, time, values);
        };
        const auto put = [&](std::size_t place, double value) { put_all(place, {&value, 1}); };
        const Closure::Masses masses = closure.masses(state, now);
        double signal = 0.0;
        double square = masses.bulk_square;
        double residual = masses.bulk_square;
        double tau = masses.bulk;
        for (std::size_t r = 0; r < masses.T.size(); ++r) {
            const double mu = problem_->strengths[r];
            signal += masses.T[r];
            square += masses.T[r] * masses.T[r];
            residual += std::pow(masses.T[r] - mu, 2);
            tau += masses.T[r] - mu;
        }
        put(ObservablePlaces::error, 0.5 * (tau * tau + 2.0 * residual));
        put(ObservablePlaces::signal_mass, signal);
        put(ObservablePlaces::bulk_mass, masses.bulk);
        put(ObservablePlaces::alignment, signal / (signal + masses.bulk));
        put(ObservablePlaces::frobenius_alignment, signal / std::sqrt(square));
        if (places.spectrum == 0) return;
        // The teachers' own eigenvalues lie on top of the bulk's.
        std::vector<double> on_top = masses.T;
        std::ranges::sort(on_top);
        const std::size_t bulk = problem_->students - on_top.size();
        put_all(
            places.spectrum, quadratic_network::spectrum_quantiles(problem_->students, [&](std::size_t k) {
                if (k >= bulk) return static_cast<double>(problem_->start_size) * on_top[k - bulk];
                return closure.quantile((static_cast<double>(k) + 0.5) / static_cast<double>(bulk), state);
            }));
    }

    std::shared_ptr<const QuadraticNetwork> problem_;
};

}  // namespace

RouteKind riccati_limit_kind() {
    return {
        .name = "riccati-limit",
        .summary = "the Riccati equation from random weights, many students and dimensions at a fixed ratio",
        .source = "Martin, Bach & Biroli, arXiv 2311.03794; Marchenko & Pastur",
        .theory = true,
        .algorithms = {"gradient-flow"},
        .keys = {},
        .check =
            [](const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
               Complaints& complaints) {
                check_isotropic(base, table, complaints);
                const auto& problem = dynamic_cast<const QuadraticNetwork&>(base);
                if (problem.start_scale <= 0.0)
                    complaints.add(fmt::format("{}: is of random weights; give [initial] kind = \"random\"",
                                               table.place()));
            },
        .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                   RouteInfo info) -> std::unique_ptr<Route> {
            return std::make_unique<Limit>(std::dynamic_pointer_cast<const QuadraticNetwork>(problem),
                                           std::move(info));
        }};
}

}  // namespace hidyn::riccati
