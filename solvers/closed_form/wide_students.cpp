// SPDX-License-Identifier: MIT
#include "solvers/closed_form/wide_students.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "core/error.hpp"
#include "core/typed_route.hpp"
#include "models/quadratic_network/quadratic_network.hpp"

namespace hidyn::closed_form {
namespace {

using quadratic_network::QuadraticNetwork;

/// Singular values of W / sqrt(d) on signal, spike and, d - 2 times (d - 1 without a spike), in the bulk:
///   tau = p^2 + (1 + lambda_s) q^2 + (d - 2) r^2 - 1,
///   gamma_p = 2 (p^2 - 1) + tau,  gamma_q = (1 + lambda_s) (2 (1 + lambda_s) q^2 + tau),  gamma_r = 2 r^2 +
///   tau;
/// gradient descent x <- x - eta gamma_x x, a spectral step x <- x - eta sgn(gamma_x x).
class ThreeValues {
  public:
    explicit ThreeValues(const QuadraticNetwork& problem)
        : problem_(problem),
          spike_(1.0 + problem.inputs.spike),
          mu_(problem.strengths.front()),
          others_(static_cast<double>(problem.start_size) - (problem.inputs.has_spike ? 2.0 : 1.0)) {
        value_.fill(problem.starts.front().A(0, 0));
        if (!problem.inputs.has_spike) value_[1] = 0.0;
    }

    void step() {
        const double eta = problem_.algorithm.learning_rate;
        const auto gamma = rates();
        for (std::size_t k = 0; k < 3; ++k) {
            const double gradient = gamma[k] * value_[k];
            value_[k] -= eta * response(gradient);
        }
    }

    void observe(const quadratic_network::Observables& report, const Slot& slot) const {
        const double p2 = value_[0] * value_[0];
        const double q2 = value_[1] * value_[1];
        const double r2 = value_[2] * value_[2];
        const double trace = p2 + q2 + others_ * r2;
        const double tau = p2 + spike_ * q2 + others_ * r2 - mu_;
        // L = (2 tr (C E)^2 + (tr C E)^2) / 4.
        const double square = std::pow(p2 - mu_, 2) + spike_ * spike_ * q2 * q2 + others_ * r2 * r2;
        slot.record(report.error, 0.5 * (tau * tau + 2.0 * square));
        slot.record(report.signal_mass, p2);
        slot.record(report.bulk_mass, others_ * r2);
        slot.record(report.alignment, p2 / trace);
        slot.record(report.frobenius_alignment, p2 / std::sqrt(p2 * p2 + q2 * q2 + others_ * r2 * r2));
        // Equal singular values share the leading eigenspace.
        const double top = (1.0 - 1e-6) * std::max({p2, q2, r2});
        const double sharing =
            (p2 >= top ? 1.0 : 0.0) + (q2 >= top ? 1.0 : 0.0) + (r2 >= top ? others_ : 0.0);
        slot.record(report.top_alignment, p2 >= top ? 1.0 / sharing : 0.0);
        const auto bulk = static_cast<std::size_t>(
            std::min(others_, static_cast<double>(quadratic_network::most_listed_students)));
        std::vector<double> values(bulk, std::abs(value_[2]));
        values.push_back(std::abs(value_[0]));
        if (problem_.inputs.has_spike) values.push_back(std::abs(value_[1]));
        std::ranges::sort(values, std::greater());
        values.resize(std::min(problem_.students, quadratic_network::most_listed_students), 0.0);
        slot.record(report.singular_values, values);
        slot.record(report.spike_mass, q2);
        slot.record(report.signal_share, p2 / (p2 + q2));
    }
    [[nodiscard]] bool finite() const { return value_[0] * value_[0] + value_[2] * value_[2] < 1e6; }

  private:
    [[nodiscard]] std::array<double, 3> rates() const {
        const double p2 = value_[0] * value_[0];
        const double q2 = value_[1] * value_[1];
        const double r2 = value_[2] * value_[2];
        const double tau = p2 + spike_ * q2 + others_ * r2 - mu_;
        return {2.0 * (p2 - mu_) + tau, spike_ * (2.0 * spike_ * q2 + tau), 2.0 * r2 + tau};
    }
    [[nodiscard]] double response(double gradient) const {
        if (!problem_.algorithm.spectral()) return gradient;
        if (gradient == 0.0) return 0.0;
        return gradient / std::sqrt(gradient * gradient + problem_.algorithm.regularization);
    }

    const QuadraticNetwork& problem_;
    double spike_, mu_, others_;
    std::array<double, 3> value_{};
};

Outcome solve_wide(const QuadraticNetwork& problem, const RouteRun& run) {
    const quadratic_network::Observables report(problem);
    ThreeValues state(problem);
    const auto last = static_cast<std::uint64_t>(run.grid.times.back());
    std::size_t next = 0;
    Outcome outcome;
    for (std::uint64_t t = 0; t <= last; ++t) {
        if (!state.finite()) {
            run.recorder.truncate(0, next);
            outcome.status = Status::diverged;
            outcome.diverged_at = static_cast<double>(t);
            break;
        }
        if (static_cast<double>(t) == run.grid.times[next]) state.observe(report, run.recorder.at(0, next++));
        if (run.progress.stop_requested()) throw Interrupted();
        state.step();
    }
    run.progress.advance(1.0);
    return outcome;
}

Solver prepare_wide_students(const Asked<QuadraticNetwork>& asked) {
    const QuadraticNetwork& problem = *asked.problem;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(
            fmt::format("{}: {}; the closed-form route knows such networks", asked.keys.place(), why));
    };
    if (!problem.isotropic_start)
        refuse("the three singular values are those of an isotropic start (initial.kind = \"isotropic\")");
    if (problem.inputs.kind != quadratic_network::InputLaw::Kind::spiked || problem.teachers() > 1 ||
        problem.inputs.spike_overlap != 0.0)
        refuse("they need one teacher, and a spike (if any) orthogonal to it");
    if (problem.algorithm.source != quadratic_network::Source::population ||
        problem.algorithm.polar != quadratic_network::Polar::exact)
        refuse("they follow the population loss, with exact polar factors");
    return {[problem = asked.problem](const RouteRun& run) { return solve_wide(*problem, run); }};
}

}  // namespace

RouteKind wide_students_kind() {
    return {.name = "wide-students",
            .summary = "at least d students from an isotropic start: three singular values, exactly",
            .source = "Braun, Bao, Huang & Imaizumi, arXiv 2601.22652",
            .theory = true,
            .algorithms = {"gradient-descent", "spectral-gradient-descent"},
            .keys = {},
            .make = route_of<QuadraticNetwork>(prepare_wide_students)};
}

}  // namespace hidyn::closed_form
