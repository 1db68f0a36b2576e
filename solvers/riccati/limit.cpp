// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "math/integrator.hpp"
#include "models/quadratic_network/quadratic_network.hpp"
#include "solvers/riccati/bulk_law.hpp"
#include "solvers/riccati/isotropic.hpp"
#include "solvers/riccati/quadratic_network.hpp"

namespace hidyn::riccati {
namespace {

using math::State;
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

/// Every start has the same limit.
std::size_t curves(const QuadraticNetwork& problem) {
    return problem.start_per_replica ? problem.starts.size() : 1;
}

/// Of W W^T: the teachers' own eigenvalues lie on top of the bulk's.
std::vector<double> spectrum(const QuadraticNetwork& problem, const Closure& closure, const State& state,
                             std::vector<double> on_top) {
    std::ranges::sort(on_top);
    const std::size_t bulk = problem.students - on_top.size();
    return quadratic_network::spectrum_quantiles(problem.students, [&](std::size_t k) {
        if (k >= bulk) return static_cast<double>(problem.start_size) * on_top[k - bulk];
        return closure.quantile((static_cast<double>(k) + 0.5) / static_cast<double>(bulk), state);
    });
}

void record(const QuadraticNetwork& problem, const Closure& closure, const State& state, std::size_t time,
            const RouteRun& run) {
    const quadratic_network::Observables report(problem);
    const Closure::Masses masses = closure.masses(state, run.grid.times[time]);
    double signal = 0.0;
    double square = masses.bulk_square;
    double residual = masses.bulk_square;
    double tau = masses.bulk;
    for (std::size_t r = 0; r < masses.T.size(); ++r) {
        const double mu = problem.strengths[r];
        signal += masses.T[r];
        square += masses.T[r] * masses.T[r];
        residual += std::pow(masses.T[r] - mu, 2);
        tau += masses.T[r] - mu;
    }
    std::vector<double> quantiles;
    if (report.spectrum) quantiles = spectrum(problem, closure, state, masses.T);
    for (std::size_t replica = 0; replica < curves(problem); ++replica) {
        const Slot slot = run.recorder.at(replica, time);
        slot.record(report.error, 0.5 * (tau * tau + 2.0 * residual));
        slot.record(report.signal_mass, signal);
        slot.record(report.bulk_mass, masses.bulk);
        slot.record(report.alignment, signal / (signal + masses.bulk));
        slot.record(report.frobenius_alignment, signal / std::sqrt(square));
        slot.record(report.spectrum, quantiles);
    }
}

Outcome solve_limit(const QuadraticNetwork& problem, const RouteRun& run) {
    const Closure closure(problem);
    std::size_t recorded = 0;
    const math::Integration integration{
        .derivative = [&](const State& state, State& derivative,
                          double time) { closure.derivative(state, derivative, time); },
        .record =
            [&](std::size_t time, const State& state) {
                record(problem, closure, state, time, run);
                recorded = time + 1;
            },
        .relative_tolerance = tolerance,
        .absolute_tolerance = tolerance};
    const math::IntegrationReport report =
        math::integrate(integration, State(problem.teachers() + 2, 0.0), run.grid.times, run.progress);
    Outcome outcome;
    if (report.status == Status::complete) return outcome;
    for (std::size_t replica = 0; replica < curves(problem); ++replica)
        run.recorder.truncate(replica, recorded);
    outcome.status = report.status;
    outcome.detail = report.detail;
    outcome.diverged_at = report.reached;
    return outcome;
}

Solver prepare_limit(const Asked<QuadraticNetwork>& asked) {
    check_isotropic(asked);
    if (asked.problem->start_scale <= 0.0)
        asked.complaints.add(
            fmt::format("{}: is of random weights; give [initial] kind = \"random\"", asked.keys.place()));
    return {[problem = asked.problem](const RouteRun& run) { return solve_limit(*problem, run); }};
}

}  // namespace

RouteKind riccati_limit_kind() {
    return {
        .name = "riccati-limit",
        .summary = "the Riccati equation from random weights, many students and dimensions at a fixed ratio",
        .source = "Martin, Bach & Biroli, arXiv 2311.03794; Marchenko & Pastur",
        .theory = true,
        .algorithms = {"gradient-flow"},
        .keys = {},
        .make = route_of<QuadraticNetwork>(prepare_limit)};
}

}  // namespace hidyn::riccati
