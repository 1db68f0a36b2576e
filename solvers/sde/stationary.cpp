#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "math/gaussian/normal_distribution.hpp"
#include "solvers/sde/deep_linear.hpp"
#include "solvers/sde/stationary_law.hpp"

namespace hidyn::sde {
namespace {

using deep_linear::DeepLinear;
using deep_linear::ObservablePlaces;

/// What is reported of one mode that has settled.
struct Settled {
    double mean = 0.0, variance = 0.0, diffusion = 0.0;
    std::vector<double> quantiles = {}, density = {};
};

class Stationary final : public Route {
  public:
    Stationary(std::shared_ptr<const DeepLinear> problem, const Table& table, RouteInfo description)
        : Route(std::move(description)),
          problem_(std::move(problem)),
          boltzmann_(table.text("law") == "boltzmann"),
          finite_step_(table.boolean("finite_step")) {}

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const ObservablePlaces places(*problem_);
        double error = 0.0;
        std::vector<double> means, variances, diffusion, quantiles, density;
        for (std::size_t mode = 0; mode < problem_->modes(); ++mode) {
            const ModeLaw law(*problem_, mode, finite_step_);
            const Settled settled = problem_->label_noise == 0.0 ? still(law)
                                    : boltzmann_                 ? gaussian(law)
                                                                 : exact(law);
            means.push_back(settled.mean);
            variances.push_back(settled.variance);
            diffusion.push_back(settled.diffusion);
            quantiles.insert(quantiles.end(), settled.quantiles.begin(), settled.quantiles.end());
            density.insert(density.end(), settled.density.begin(), settled.density.end());
            error += 0.5 * (settled.variance + std::pow(settled.mean - law.m, 2));
        }
        for (std::size_t time = 0; time < grid.size(); ++time) {
            recorder.record(ObservablePlaces::error, 0, time, {&error, 1});
            recorder.record(ObservablePlaces::mode_strength, 0, time, means);
            recorder.record(places.variance_of_modes, 0, time, variances);
            recorder.record(places.mode_diffusion, 0, time, diffusion);
            if (!quantiles.empty()) recorder.record(places.quantiles, 0, time, quantiles);
            if (density.empty()) continue;
            recorder.record(places.density, 0, time, density);
            recorder.record_error(places.density, time,
                                  std::vector<double>(density.size(), problem_->resolution() /
                                                                          problem_->asked.density.width()));
        }
        progress.advance(1.0);
        return {};
    }

  private:
    template <class Distribution>
    void fill_density(Settled& settled, Distribution distribution) const {
        for (std::size_t bin = 0; bin < problem_->asked.density.bins; ++bin)
            settled.density.push_back((distribution(problem_->asked.density.edge(bin + 1)) -
                                       distribution(problem_->asked.density.edge(bin))) /
                                      problem_->asked.density.width());
    }

    /// Without label noise both drift and diffusion end at s = m.
    [[nodiscard]] Settled still(const ModeLaw& law) const {
        return {.mean = law.m,
                .variance = 0.0,
                .diffusion = 0.0,
                .quantiles = std::vector<double>(problem_->asked.quantiles.size(), law.m),
                .density = std::vector<double>(problem_->asked.density.bins, std::nan(""))};
    }

    [[nodiscard]] Settled exact(const ModeLaw& law) const {
        const StationaryLaw settled(law);
        Settled reported{
            .mean = settled.mean(),
            .variance = settled.variance(),
            .diffusion = std::nan("")};  // a fourth power: for two layers its mean does not exist
        for (const double level : problem_->asked.quantiles)
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
        for (const double level : problem_->asked.quantiles)
            reported.quantiles.push_back(math::normal_quantile(law.m, deviation, level));
        fill_density(reported, [&](double s) { return math::normal_distribution(law.m, deviation, s); });
        return reported;
    }

    std::shared_ptr<const DeepLinear> problem_;
    bool boltzmann_, finite_step_;
};

void check(const Problem& base, const Table& table, const RouteInfo&, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    check_aligned_modes(base, table, complaints);
    if (!complaints.empty() || problem.label_noise == 0.0) return;
    for (std::size_t mode = 0; mode < problem.modes(); ++mode) {
        const ModeLaw law(problem, mode, false);
        const double curvature = law.L * std::pow(law.m, 2.0 - 2.0 / law.L);
        if (const std::string why = StationaryLaw::defect(law); !why.empty())
            complaints.add(fmt::format("{}: the stationary law {}", table.place(), why));
        else if (problem.learning_rate * curvature >= 2.0)
            complaints.add(
                fmt::format("{}: no law is stationary where steps are unstable: learning_rate {:.4g} is "
                            "not below 2 over the curvature {:.4g}",
                            table.place(), problem.learning_rate, curvature));
    }
}

}  // namespace

RouteKind stationary_law_kind() {
    return {.name = "stationary-law",
            .summary = "the law that aligned modes settle into under label noise; the same at all times",
            .source = "Corlouer et al., arXiv 2604.06366; zero flux of the Fokker-Planck equation",
            .theory = true,
            .algorithms = {"online-sgd"},
            .keys = {{.name = "law",
                      .type = KeyType::choice,
                      .meaning =
                          "exact: of the diffusion; boltzmann: Gaussian, at the temperature of small noise",
                      .choices = {"exact", "boltzmann"},
                      .standard = std::string("exact")},
                     finite_step_key()},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table& table,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Stationary>(std::dynamic_pointer_cast<const DeepLinear>(problem),
                                                    table, std::move(info));
            }};
}

}  // namespace hidyn::sde
