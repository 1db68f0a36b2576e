#include "solvers/random_matrix/levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::random_matrix {
namespace {

using deep_linear::Bins;
using deep_linear::DeepLinear;
using deep_linear::ObservablePlaces;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Stationary W = M + sigma Z with M = kappa times orthonormal columns: xi = kappa + sigma mu, mu the
/// eigenvalues of the symmetric part of Z (variance 1 on its diagonal and 1/2 off it), to leading order in
/// sigma sqrt(d) / kappa; sigma is exact at finite steps, sigma^2 = (eta Delta / B) / (2 - eta - eta (d + 1)
/// / B).
class Levels final : public Route {
  public:
    Levels(std::shared_ptr<const DeepLinear> problem, RouteInfo description)
        : Route(std::move(description)), problem_(std::move(problem)) {
        const double eta = problem_->learning_rate;
        const auto B = static_cast<double>(problem_->batch_size);
        const auto d = static_cast<double>(info.d);
        sigma_ = std::sqrt(eta * problem_->label_noise / B / (2.0 - eta - eta * (d + 1.0) / B));
    }

    Outcome solve(const TimeGrid& grid, Recorder& recorder, Progress& progress) const override {
        const ObservablePlaces places(*problem_);
        const double kappa = problem_->strengths.front();
        const auto N = static_cast<double>(info.d);
        const auto entries = N * static_cast<double>(problem_->widths(info.d).back());
        const double error = 0.5 * entries * sigma_ * sigma_;
        // z = (xi - kappa) / (sigma sqrt(2 N)) has <z^2> = (1 + 1/N) / 4, <z^4> = (1 + 5/2N + 5/2N^2) / 8.
        const double square = 2.0 * N * sigma_ * sigma_;
        const std::vector<double> moments{0.25 * square * (1.0 + 1.0 / N),
                                          0.125 * square * square * (1.0 + 2.5 / N + 2.5 / (N * N))};
        const bool pair = info.d == 2;
        const double spacing = pair ? std::sqrt(std::numbers::pi) * sigma_ : missing;
        const std::vector<double> values =
            pair ? std::vector<double>{kappa - 0.5 * spacing, kappa + 0.5 * spacing}
                 : std::vector<double>(problem_->modes(), missing);
        const std::vector<double> strengths(problem_->modes(), kappa);
        const std::vector<double> variances(problem_->modes(), sigma_ * sigma_);
        for (std::size_t time = 0; time < grid.size(); ++time) {
            recorder.record(ObservablePlaces::error, 0, time, {&error, 1});
            recorder.record(ObservablePlaces::mode_strength, 0, time, strengths);
            recorder.record(places.variance_of_modes, 0, time, variances);
            recorder.record(places.singular_values, 0, time, values);
            recorder.record(places.level_moments, 0, time, moments);
            if (places.level_spacing != ObservablePlaces::absent)
                recorder.record(places.level_spacing, 0, time, {&spacing, 1});
            record_density(problem_->levels.spacings, places.spacing_density, pair ? 1.0 : missing, recorder,
                           time, [&](double s) { return wigner(s, spacing); });
            // The semicircle is that of many levels.
            record_density(
                problem_->levels.values, places.level_density, info.d >= few_levels ? 1.0 : missing, recorder,
                time, [&](double xi) { return semicircle((xi - kappa) / (sigma_ * std::sqrt(2.0 * N))); });
        }
        Outcome outcome;
        outcome.attributes["sigma"] = sigma_;
        progress.advance(1.0);
        return outcome;
    }

  private:
    static constexpr std::uint64_t few_levels = 8;

    /// Wigner's surmise, exact for two levels: P(S <= s).
    static double wigner(double s, double mean) {
        return s <= 0.0 ? 0.0 : -std::expm1(-0.25 * std::numbers::pi * std::pow(s / mean, 2));
    }
    /// Of radius 1.
    static double semicircle(double z) {
        const double x = std::clamp(z, -1.0, 1.0);
        return 0.5 + (x * std::sqrt(1.0 - x * x) + std::asin(x)) / std::numbers::pi;
    }
    template <class Distribution>
    void record_density(const Bins& bins, std::size_t place, double known, Recorder& recorder,
                        std::size_t time, Distribution distribution) const {
        if (bins.bins == 0) return;
        std::vector<double> density;
        for (std::size_t bin = 0; bin < bins.bins; ++bin)
            density.push_back(known * (distribution(bins.edge(bin + 1)) - distribution(bins.edge(bin))) /
                              bins.width());
        recorder.record(place, 0, time, density);
        recorder.record_error(place, time,
                              std::vector<double>(bins.bins, problem_->resolution() / bins.width()));
    }

    std::shared_ptr<const DeepLinear> problem_;
    double sigma_;
};

void check(const Problem& base, const Table& table, const RouteInfo& info, const TimeGrid&,
           Complaints& complaints) {
    const auto& problem = dynamic_cast<const DeepLinear&>(base);
    const auto refuse = [&](const std::string& why) {
        complaints.add(fmt::format("{}: {}", table.place(), why));
    };
    if (problem.depth != 1)
        refuse(fmt::format("is for a single layer, but problem.depth = {}", problem.depth));
    if (!problem.levels.wanted) refuse("needs problem.levels = true");
    if (problem.label_noise == 0.0) refuse("needs problem.label_noise: without it the levels come to rest");
    if (problem.strengths.front() != problem.strengths.back() || problem.modes() != info.d)
        refuse(fmt::format("needs a degenerate teacher: d = {} equal mode_strengths", info.d));
    if (problem.widths(info.d).back() < static_cast<Eigen::Index>(info.d))
        refuse("needs at least as many outputs as inputs (problem.output_ratio)");
    const double eta = problem.learning_rate;
    if (eta + eta * (static_cast<double>(info.d) + 1.0) / static_cast<double>(problem.batch_size) >= 2.0)
        refuse("no law is stationary: learning_rate (1 + (d + 1) / batch_size) is not below 2");
}

}  // namespace

RouteKind levels_kind() {
    return {.name = "level-repulsion",
            .summary =
                "singular values of a layer that has learned a degenerate teacher: Wigner's surmise of two, "
                "the semicircle of many; the same at all times",
            .source = "Aarts, Lucini & Park, arXiv 2407.16427, 2411.13512",
            .theory = true,
            .algorithms = {"online-sgd"},
            .keys = {{.name = "d",
                      .type = KeyType::integer_or_list,
                      .meaning = "input dimension, the number of levels",
                      .symbol = "d",
                      .range = {.minimum = 2, .maximum = 1e5},
                      .required = true}},
            .check = check,
            .make = [](const std::shared_ptr<const Problem>& problem, const Table&,
                       RouteInfo info) -> std::unique_ptr<Route> {
                return std::make_unique<Levels>(std::dynamic_pointer_cast<const DeepLinear>(problem),
                                                std::move(info));
            }};
}

}  // namespace hidyn::random_matrix
