// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/keys.hpp"
#include "math/gaussian/normal_distribution.hpp"
#include "solvers/equations/deep_linear/aligned_modes.hpp"
#include "solvers/sde/deep_linear.hpp"
#include "solvers/sde/stationary_law.hpp"

namespace hidyn::sde {
namespace {

using deep_linear::DeepLinear;
using deep_linear::Observables;

/// What is reported of one mode that has settled.
struct Settled {
    double mean = 0.0, variance = 0.0, diffusion = 0.0;
    std::vector<double> quantiles = {}, density = {};
};

/// The laws that single modes settle into.
class Stationary {
  public:
    explicit Stationary(const DeepLinear& problem) : problem_(problem) {}

    /// Without label noise both drift and diffusion end at s = m.
    [[nodiscard]] Settled still(const ModeLaw& law) const {
        return {.mean = law.m,
                .variance = 0.0,
                .diffusion = 0.0,
                .quantiles = std::vector<double>(problem_.asked.quantiles.size(), law.m),
                .density = std::vector<double>(problem_.asked.density.bins, std::nan(""))};
    }

    [[nodiscard]] Settled exact(const ModeLaw& law) const {
        const StationaryLaw settled(law);
        Settled reported{
            .mean = settled.mean(),
            .variance = settled.variance(),
            .diffusion = std::nan("")};  // a fourth power: for two layers its mean does not exist
        for (const double level : problem_.asked.quantiles)
            reported.quantiles.push_back(settled.quantile(level));
        fill_density(reported, [&](double s) { return settled.distribution(s); });
        return reported;
    }

    /// exp(-(s - m)^2 / 2 T), T = eta Delta L m^{2-2/L} / 2 B: that of the loss at small noise. Finite steps
    /// raise T by 1 / (1 - eta kappa / 2), kappa = L m^{2-2/L} the curvature.
    [[nodiscard]] Settled gaussian(const ModeLaw& law) const {
        const double curvature = law.L * std::pow(law.m, 2.0 - 2.0 / law.L);
        const double T = 0.5 * law.rate * law.label_noise * curvature / (1.0 - 0.5 * law.step * curvature);
        const double deviation = std::sqrt(T);
        Settled reported{.mean = law.m, .variance = T, .diffusion = law.strength_diffusion(law.m)};
        for (const double level : problem_.asked.quantiles)
            reported.quantiles.push_back(math::normal_quantile(law.m, deviation, level));
        fill_density(reported, [&](double s) { return math::normal_distribution(law.m, deviation, s); });
        return reported;
    }

  private:
    template <class Distribution>
    void fill_density(Settled& settled, Distribution distribution) const {
        for (std::size_t bin = 0; bin < problem_.asked.density.bins; ++bin)
            settled.density.push_back((distribution(problem_.asked.density.edge(bin + 1)) -
                                       distribution(problem_.asked.density.edge(bin))) /
                                      problem_.asked.density.width());
    }

    const DeepLinear& problem_;
};

Outcome settle(const DeepLinear& problem, bool boltzmann, bool finite_step, const RouteRun& run) {
    const Observables report(problem);
    const Stationary laws(problem);
    double error = 0.0;
    std::vector<double> means, variances, diffusion, quantiles, density;
    for (std::size_t mode = 0; mode < problem.modes(); ++mode) {
        const ModeLaw law(problem, mode, finite_step);
        const Settled settled = problem.label_noise == 0.0 ? laws.still(law)
                                : boltzmann                ? laws.gaussian(law)
                                                           : laws.exact(law);
        means.push_back(settled.mean);
        variances.push_back(settled.variance);
        diffusion.push_back(settled.diffusion);
        quantiles.insert(quantiles.end(), settled.quantiles.begin(), settled.quantiles.end());
        density.insert(density.end(), settled.density.begin(), settled.density.end());
        error += 0.5 * (settled.variance + std::pow(settled.mean - law.m, 2));
    }
    const std::vector<double> density_error(density.size(),
                                            problem.resolution() / problem.asked.density.width());
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        const Slot slot = run.recorder.at(0, time);
        slot.record(report.error, error);
        slot.record(report.mode_strength, means);
        slot.record(report.variance_of_modes, variances);
        slot.record(report.mode_diffusion, diffusion);
        slot.record(report.quantiles, quantiles);
        slot.record(report.density, density);
        run.recorder.record_error(report.density, time, density_error);
    }
    run.progress.advance(1.0);
    return {};
}

void check(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    check_aligned_modes(asked);
    if (!asked.complaints.empty() || problem.label_noise == 0.0) return;
    for (std::size_t mode = 0; mode < problem.modes(); ++mode) {
        const ModeLaw law(problem, mode, false);
        const double curvature = law.L * std::pow(law.m, 2.0 - 2.0 / law.L);
        if (const std::string why = StationaryLaw::defect(law); !why.empty())
            asked.complaints.add(fmt::format("{}: the stationary law {}", asked.keys.place(), why));
        else if (problem.learning_rate * curvature >= 2.0)
            asked.complaints.add(
                fmt::format("{}: no law is stationary where steps are unstable: learning_rate {:.4g} is "
                            "not below 2 over the curvature {:.4g}",
                            asked.keys.place(), problem.learning_rate, curvature));
    }
}

Solve prepare_stationary(const Asked<DeepLinear>& asked) {
    check(asked);
    return [problem = asked.problem, boltzmann = asked.keys.text("law") == "boltzmann",
            finite_step = asked.keys.boolean("finite_step")](const RouteRun& run) {
        return settle(*problem, boltzmann, finite_step, run);
    };
}

}  // namespace

RouteKind stationary_law_kind() {
    return {
        .name = "stationary-law",
        .summary = "the law that aligned modes settle into under label noise; the same at all times",
        .source = "Corlouer et al., arXiv 2604.06366; zero flux of the Fokker-Planck equation",
        .theory = true,
        .algorithms = {"online-sgd"},
        .keys = {keys::choice(
                     "law", "exact: of the diffusion; boltzmann: Gaussian, at the temperature of small noise",
                     {"exact", "boltzmann"}),
                 finite_step_key()},
        .make = route_of<DeepLinear>(prepare_stationary)};
}

}  // namespace hidyn::sde
