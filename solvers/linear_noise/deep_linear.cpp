// SPDX-License-Identifier: MIT
#include "solvers/linear_noise/deep_linear.hpp"

#include <cmath>
#include <optional>
#include <vector>

#include "math/gaussian/normal_distribution.hpp"
#include "math/integrator.hpp"
#include "models/deep_linear/deep_linear.hpp"
#include "solvers/equations/deep_linear/aligned_modes.hpp"
#include "solvers/equations/deep_linear/mode_law.hpp"
#include "solvers/linear_noise/learning_time.hpp"

namespace hidyn::linear_noise {
namespace {

using deep_linear::DeepLinear;
using deep_linear::Observables;
using math::State;
using sde::ModeLaw;

/// One mode to first order in eta / B: a(t) of the noiseless flow, the variance v of a around it, and the
/// shift c of its mean:
///   da/dt = b,  dv/dt = 2 b' v + sigma^2,  dc/dt = b' c + b'' v / 2.
class Fluctuation {
  public:
    explicit Fluctuation(const ModeLaw& law) : law_(law) {}

    void derivative(const State& state, State& change) const {
        const double a = state[0];
        const double h = 1e-4 * a;
        const double b = law_.drift(a);
        const double above = law_.drift(a + h);
        const double below = law_.drift(a - h);
        const double slope = (above - below) / (2.0 * h);
        const double bend = (above - 2.0 * b + below) / (h * h);
        change[0] = b;
        change[1] = 2.0 * slope * state[1] + law_.diffusion(a);
        change[2] = slope * state[2] + 0.5 * bend * state[1];
    }
    /// Mean of a smooth function of s.
    template <class Function>
    [[nodiscard]] double mean(const State& state, Function function) const {
        const auto of = [&](double a) { return function(std::pow(a, law_.L)); };
        const double a = state[0];
        const double h = 1e-3 * a;
        const double slope = (of(a + h) - of(a - h)) / (2.0 * h);
        const double bend = (of(a + h) - 2.0 * of(a) + of(a - h)) / (h * h);
        return of(a) + slope * state[2] + 0.5 * bend * state[1];
    }
    [[nodiscard]] double variance(const State& state) const {
        return std::pow(law_.L * std::pow(state[0], law_.L - 1.0), 2) * state[1];
    }
    [[nodiscard]] const ModeLaw& law() const { return law_; }

  private:
    ModeLaw law_;
};

class LinearNoiseModes {
  public:
    LinearNoiseModes(const DeepLinear& problem, const RouteRun& run)
        : problem_(problem), run_(run), report_(problem) {}

    [[nodiscard]] Outcome solve(bool finite_step) const {
        Outcome outcome;
        const std::size_t K = problem_.modes();
        std::vector<Fluctuation> modes;
        std::vector<std::vector<State>> states(K);
        std::vector<std::optional<LearningTime>> times(K);
        for (std::size_t mode = 0; mode < K; ++mode) {
            const double start = problem_.initial.strengths[mode];
            const ModeLaw law(problem_, mode, finite_step);
            modes.emplace_back(law);
            states[mode] = follow(modes.back(), start, outcome);
            if (!problem_.asked.learned_at) continue;
            const double enough = *problem_.asked.learned_at * law.m;
            if (start < enough) times[mode].emplace(law, start, enough);
        }
        for (std::size_t time = 0; time < run_.grid.size(); ++time) {
            record_moments(modes, states, time);
            if (report_.learned) record_learning(times, time);
        }
        return outcome;
    }

  private:
    std::vector<State> follow(const Fluctuation& mode, double start, Outcome& outcome) const {
        std::vector<State> states;
        const math::Integration problem{
            .derivative = [&](const State& state, State& change, double) { mode.derivative(state, change); },
            .record = [&](std::size_t, const State& state) { states.push_back(state); },
            .relative_tolerance = 1e-9,
            .absolute_tolerance = 1e-12};
        PartialProgress part(run_.progress, 1.0 / static_cast<double>(problem_.modes()));
        const math::IntegrationReport report =
            math::integrate(problem, {std::pow(start, 1.0 / mode.law().L), 0.0, 0.0}, run_.grid.times, part);
        if (report.status != Status::complete) {
            outcome.status = report.status;
            outcome.diverged_at = report.reached;
            outcome.detail = report.detail;
        }
        return states;
    }

    void record_moments(const std::vector<Fluctuation>& modes, const std::vector<std::vector<State>>& states,
                        std::size_t time) const {
        const deep_linear::AskedModes& asked = problem_.asked;
        double error = 0.0;
        std::vector<double> means, variances, diffusion, quantiles, density;
        // What the second order may add: as much to the first as the first adds to the diffusion.
        double error_off = 0.0;
        std::vector<double> means_off, variances_off, diffusion_off;
        for (std::size_t k = 0; k < modes.size(); ++k) {
            if (states[k].size() <= time) return;
            const State& state = states[k][time];
            const ModeLaw& law = modes[k].law();
            const double mean = modes[k].mean(state, [](double s) { return s; });
            const double variance = modes[k].variance(state);
            means.push_back(mean);
            variances.push_back(variance);
            diffusion.push_back(modes[k].mean(state, [&](double s) { return law.strength_diffusion(s); }));
            const double loss =
                modes[k].mean(state, [&](double s) { return 0.5 * (s - law.m) * (s - law.m); });
            error += loss;
            const double s0 = std::pow(state[0], law.L);
            const double D0 = law.strength_diffusion(s0);
            const double shift = std::abs(diffusion.back() - D0);
            const double order = D0 > 0.0 ? std::fmin(1.0, shift / D0) : 1.0;
            means_off.push_back(order * std::abs(mean - s0));
            variances_off.push_back(order * variance);
            diffusion_off.push_back(order * shift);
            error_off += order * std::abs(loss - 0.5 * (s0 - law.m) * (s0 - law.m));
            const auto place = [&](double level) {
                return mean + std::sqrt(variance) * math::normal_quantile(0.0, 1.0, level);
            };
            for (const double level : asked.quantiles) quantiles.push_back(place(level));
            const auto distribution = [&](double s) {
                return variance > 0.0 ? math::normal_distribution(mean, std::sqrt(variance), s)
                                      : static_cast<double>(s > mean);
            };
            for (std::size_t bin = 0; bin < asked.density.bins; ++bin) {
                const double from = asked.density.from + static_cast<double>(bin) * asked.density.width();
                density.push_back((distribution(from + asked.density.width()) - distribution(from)) /
                                  asked.density.width());
            }
        }
        const Slot slot = run_.recorder.at(0, time);
        slot.record(report_.error, error);
        slot.record(report_.mode_strength, means);
        slot.record(report_.variance_of_modes, variances);
        slot.record(report_.mode_diffusion, diffusion);
        slot.record(report_.quantiles, quantiles);
        slot.record(report_.density, density);
        run_.recorder.record_error(report_.error, time, error_off);
        run_.recorder.record_error(report_.mode_strength, time, means_off);
        run_.recorder.record_error(report_.variance_of_modes, time, variances_off);
        run_.recorder.record_error(report_.mode_diffusion, time, diffusion_off);
        run_.recorder.record_error(
            report_.density, time,
            std::vector<double>(density.size(), problem_.resolution() / asked.density.width()));
    }

    void record_learning(const std::vector<std::optional<LearningTime>>& times, std::size_t time) const {
        const double now = run_.grid.times[time];
        std::vector<double> learned, means, variances, time_errors, square_errors;
        for (const std::optional<LearningTime>& one : times) {
            const double deviation = one ? one->deviation : 0.0;
            time_errors.push_back(problem_.resolution() * deviation);
            square_errors.push_back(problem_.resolution() * deviation * deviation);
            // A mode that starts beyond its share of m has learned at time 0.
            learned.push_back(one ? one->distribution(now) : 1.0);
            means.push_back(one ? one->mean_up_to(now) : 0.0);
            variances.push_back(one ? one->variance_up_to(now) : 0.0);
        }
        const Slot slot = run_.recorder.at(0, time);
        slot.record(report_.learned, learned);
        slot.record(report_.learning_time, means);
        slot.record(report_.variance_of_learning_time, variances);
        run_.recorder.record_error(report_.learned, time,
                                   std::vector<double>(learned.size(), problem_.resolution()));
        run_.recorder.record_error(report_.learning_time, time, time_errors);
        run_.recorder.record_error(report_.variance_of_learning_time, time, square_errors);
    }

    const DeepLinear& problem_;
    const RouteRun& run_;
    Observables report_;
};

}  // namespace

RouteKind deep_linear_kind() {
    return {
        .name = "linear-noise",
        .summary =
            "aligned modes to first order in learning_rate / batch_size around gradient flow, with Gaussian "
            "learning times",
        .source = "small-noise expansion of the modes' diffusion; Corlouer et al., arXiv 2604.06366",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {sde::finite_step_key()},
        .make = route_of<DeepLinear>([](const Asked<DeepLinear>& asked) -> Solve {
            sde::check_aligned_modes(asked);
            return [problem = asked.problem, finite_step = asked.keys.boolean("finite_step")](
                       const RouteRun& run) { return LinearNoiseModes(*problem, run).solve(finite_step); };
        })};
}

}  // namespace hidyn::linear_noise
