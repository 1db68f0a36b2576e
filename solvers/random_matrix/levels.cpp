// SPDX-License-Identifier: MIT
#include "solvers/random_matrix/levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/keys.hpp"
#include "core/typed_route.hpp"
#include "models/deep_linear/deep_linear.hpp"

namespace hidyn::random_matrix {
namespace {

using deep_linear::Bins;
using deep_linear::DeepLinear;
using deep_linear::Observables;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

constexpr std::uint64_t few_levels = 8;

/// Wigner's surmise, exact for two levels: P(S <= s).
double wigner(double s, double mean) {
    return s <= 0.0 ? 0.0 : -std::expm1(-0.25 * std::numbers::pi * std::pow(s / mean, 2));
}

/// Of radius 1.
double semicircle(double z) {
    const double x = std::clamp(z, -1.0, 1.0);
    return 0.5 + (x * std::sqrt(1.0 - x * x) + std::asin(x)) / std::numbers::pi;
}

template <class Distribution>
std::vector<double> density_of(const Bins& bins, double known, Distribution distribution) {
    std::vector<double> density;
    for (std::size_t bin = 0; bin < bins.bins; ++bin)
        density.push_back(known * (distribution(bins.edge(bin + 1)) - distribution(bins.edge(bin))) /
                          bins.width());
    return density;
}

/// Stationary W = M + sigma Z with M = kappa times orthonormal columns: xi = kappa + sigma mu, mu the
/// eigenvalues of the symmetric part of Z (variance 1 on its diagonal and 1/2 off it), to leading order in
/// sigma sqrt(d) / kappa; sigma is exact at finite steps, sigma^2 = (eta Delta / B) / (2 - eta - eta (d + 1)
/// / B).
Outcome settle(const DeepLinear& problem, const RouteRun& run) {
    const double eta = problem.learning_rate;
    const auto B = static_cast<double>(problem.batch_size);
    const auto N = static_cast<double>(run.info.d);
    const double sigma = std::sqrt(eta * problem.label_noise / B / (2.0 - eta - eta * (N + 1.0) / B));
    const double kappa = problem.strengths.front();
    const auto entries = N * static_cast<double>(problem.widths(run.info.d).back());
    const double error = 0.5 * entries * sigma * sigma;
    // z = (xi - kappa) / (sigma sqrt(2 N)) has <z^2> = (1 + 1/N) / 4, <z^4> = (1 + 5/2N + 5/2N^2) / 8.
    const double square = 2.0 * N * sigma * sigma;
    const std::vector<double> moments{0.25 * square * (1.0 + 1.0 / N),
                                      0.125 * square * square * (1.0 + 2.5 / N + 2.5 / (N * N))};
    const bool pair = run.info.d == 2;
    const double spacing = pair ? std::sqrt(std::numbers::pi) * sigma : missing;
    const std::vector<double> values = pair
                                           ? std::vector<double>{kappa - 0.5 * spacing, kappa + 0.5 * spacing}
                                           : std::vector<double>(problem.modes(), missing);
    const std::vector<double> strengths(problem.modes(), kappa);
    const std::vector<double> variances(problem.modes(), sigma * sigma);
    const Bins& spacings = problem.levels.spacings;
    const Bins& levels = problem.levels.values;
    const std::vector<double> spacing_density =
        density_of(spacings, pair ? 1.0 : missing, [&](double s) { return wigner(s, spacing); });
    // The semicircle is that of many levels.
    const std::vector<double> level_density =
        density_of(levels, run.info.d >= few_levels ? 1.0 : missing,
                   [&](double xi) { return semicircle((xi - kappa) / (sigma * std::sqrt(2.0 * N))); });
    const std::vector<double> spacing_error(spacings.bins, problem.resolution() / spacings.width());
    const std::vector<double> level_error(levels.bins, problem.resolution() / levels.width());
    const Observables report(problem);
    for (std::size_t time = 0; time < run.grid.size(); ++time) {
        const Slot slot = run.recorder.at(0, time);
        slot.record(report.error, error);
        slot.record(report.mode_strength, strengths);
        slot.record(report.variance_of_modes, variances);
        slot.record(report.singular_values, values);
        slot.record(report.level_moments, moments);
        slot.record(report.level_spacing, spacing);
        slot.record(report.spacing_density, spacing_density);
        slot.record(report.level_density, level_density);
        run.recorder.record_error(report.spacing_density, time, spacing_error);
        run.recorder.record_error(report.level_density, time, level_error);
    }
    Outcome outcome;
    outcome.attributes["sigma"] = sigma;
    run.progress.advance(1.0);
    return outcome;
}

void check(const Asked<DeepLinear>& asked) {
    const DeepLinear& problem = *asked.problem;
    const std::uint64_t d = asked.info.d;
    const auto refuse = [&](const std::string& why) {
        asked.complaints.add(fmt::format("{}: {}", asked.keys.place(), why));
    };
    if (problem.depth != 1)
        refuse(fmt::format("is for a single layer, but problem.depth = {}", problem.depth));
    if (!problem.levels.wanted) refuse("needs problem.levels = true");
    if (problem.label_noise == 0.0) refuse("needs problem.label_noise: without it the levels come to rest");
    if (problem.strengths.front() != problem.strengths.back() || problem.modes() != d)
        refuse(fmt::format("needs a degenerate teacher: d = {} equal mode_strengths", d));
    if (problem.widths(d).back() < static_cast<Eigen::Index>(d))
        refuse("needs at least as many outputs as inputs (problem.output_ratio)");
    const double eta = problem.learning_rate;
    if (eta + eta * (static_cast<double>(d) + 1.0) / static_cast<double>(problem.batch_size) >= 2.0)
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
            .keys = {keys::integer_or_list("d", "input dimension, the number of levels")
                         .written("d")
                         .at_least(2)
                         .at_most(1e5)
                         .needed()},
            .make = route_of<DeepLinear>([](const Asked<DeepLinear>& asked) -> Solve {
                check(asked);
                return [problem = asked.problem](const RouteRun& run) { return settle(*problem, run); };
            })};
}

}  // namespace hidyn::random_matrix
