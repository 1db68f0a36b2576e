// SPDX-License-Identifier: MIT
#include "cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace hidyn::cli {
namespace {

std::string number(double value, const char* format = "{:.3g}") {
    return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : "-";
}

void print_routes(const results::Results& results) {
    fmt::print("{:<24} {:<22} {:>11} {:>9} {:>10}  {}\n", "route", "kind", "d", "replicas", "seconds",
               "status");
    for (const results::RouteResult& route : results.routes) {
        const RouteInfo& info = route.info;
        std::string status = status_name(route.outcome.status);
        if (route.outcome.status != Status::complete) {
            if (!std::isnan(route.outcome.diverged_at))
                status += fmt::format(" at t = {:.4g}", route.outcome.diverged_at);
            if (route.outcome.status == Status::failed && info.replicas > 0)
                status += fmt::format(" ({} of {} replicas)", route.outcome.failed_replicas, info.replicas);
            if (info.replicas > 0 && route.outcome.diverged_replicas > 0)
                status += fmt::format(" ({} of {} replicas)", route.outcome.diverged_replicas, info.replicas);
            if (!route.outcome.detail.empty()) status += ": " + route.outcome.detail;
        }
        if (const auto warning = route.outcome.attributes.find("warning");
            warning != route.outcome.attributes.end())
            status += ": " + std::get<std::string>(warning->second);
        fmt::print("{:<24} {:<22} {:>11} {:>9} {:>10.3f}  {}\n", info.name,
                   info.method.empty() ? info.kind : fmt::format("{} ({})", info.kind, info.method),
                   info.d > 0 ? fmt::format("{}", info.d) : "infinity",
                   info.replicas > 0 ? fmt::format("{}", info.replicas) : "-", route.wall_seconds, status);
    }
}

std::string row(const std::string& observable, const std::string& d, double deviation, double at, double z,
                double chi2) {
    return fmt::format("  {:<22} {:>12} {:>14} {:>9} {:>8} {:>12}\n", observable, d, number(deviation),
                       number(at, "{:.4g}"), number(z, "{:.2f}"), number(chi2, "{:.2f}"));
}

// The largest distance between the extrapolated limit and the theory, and where.
std::string limit_row(const statistics::LimitFit& fit, const TimeGrid& grid) {
    const std::size_t components = fit.limit.size() / grid.size();
    double largest = std::numeric_limits<double>::quiet_NaN();
    std::size_t where = 0;
    for (std::size_t index = 0; index < fit.limit.size(); ++index) {
        const double deviation = std::abs(fit.z[index] * fit.limit_error[index]);
        if (std::isfinite(deviation) && !(deviation <= largest)) {
            largest = deviation;
            where = index / components;
        }
    }
    return row(fit.observable, "infinity", largest, grid.times[where], fit.max_abs_z,
               std::numeric_limits<double>::quiet_NaN());
}

std::string comparison_rows(const statistics::Verdict& verdict, const TimeGrid& grid) {
    std::string rows;
    for (const std::vector<statistics::Comparison>& at_size : verdict.comparisons)
        for (const statistics::Comparison& one : at_size)
            rows +=
                row(one.observable, one.d == statistics::without_size ? "-" : fmt::format("{:.0f}", one.d),
                    one.max_abs_deviation, grid.times[one.max_time], one.max_abs_z, one.chi2_per_point);
    for (const statistics::LimitFit& fit : verdict.limits) rows += limit_row(fit, grid);
    if (!verdict.falls.empty() && std::isfinite(verdict.falls.back().exponent)) {
        const statistics::DeviationFall& fall = verdict.falls.back();
        std::string sizes;
        for (std::size_t size = 0; size < fall.sizes.size(); ++size)
            sizes += fmt::format("{} {:.3g} at d = {:.0f}", size == 0 ? "" : ",", fall.deviation[size],
                                 fall.sizes[size]);
        rows += fmt::format(
            "  single runs deviate by{} (rms): {} as d^{:.3f}{}\n", sizes,
            fall.exponent < 0.0 ? "growing" : "falling", -fall.exponent,
            std::isfinite(fall.exponent_error) ? fmt::format(" +- {:.3f}", fall.exponent_error) : "");
    }
    return rows;
}

std::string probabilities(const statistics::Verdict& verdict) {
    std::string parts = fmt::format("means {}", number(verdict.mean_p_value, "{:.2g}"));
    if (std::isfinite(verdict.variance_p_value))
        parts += fmt::format(", spread over replicas {}", number(verdict.variance_p_value, "{:.2g}"));
    return fmt::format("  p = {:.2g} ({}), tested at the level {:.2g}\n", verdict.p_value, parts,
                       verdict.level);
}

// Whether two verdicts compare the same simulation with the same means, to a twentieth of a standard error.
bool same_means(const run::Judgement& a, const run::Judgement& b) {
    if (a.variant != b.variant || a.simulation != b.simulation ||
        a.verdict.comparisons.size() != b.verdict.comparisons.size())
        return false;
    for (std::size_t size = 0; size < a.verdict.comparisons.size(); ++size) {
        const auto& left = a.verdict.comparisons[size];
        const auto& right = b.verdict.comparisons[size];
        if (left.size() != right.size()) return false;
        for (std::size_t index = 0; index < left.size(); ++index)
            for (std::size_t point = 0; point < left[index].z.size(); ++point)
                if (std::abs(left[index].z[point] - right[index].z[point]) > 0.05) return false;
    }
    return true;
}

// The ODE and its linear noise have the same means: their table is printed once.
void print_comparisons(const std::vector<run::Judgement>& judgements, const TimeGrid& grid) {
    for (auto judgement = judgements.begin(); judgement != judgements.end(); ++judgement) {
        fmt::print("\n{}{} against {}\n", judgement->variant.empty() ? "" : judgement->variant + ": ",
                   judgement->simulation, judgement->theory);
        const auto alike = std::find_if(judgements.begin(), judgement, [&](const run::Judgement& earlier) {
            return same_means(earlier, *judgement);
        });
        if (alike != judgement)
            fmt::print("  deviations of the means as from {}\n", alike->theory);
        else
            fmt::print("  {:<22} {:>12} {:>14} {:>9} {:>8} {:>12}\n{}", "observable", "d", "max deviation",
                       "at t", "max |z|", "chi2/point", comparison_rows(judgement->verdict, grid));
        if (judgement->verdict.outcome != statistics::Outcome::inconclusive)
            fmt::print("{}", probabilities(judgement->verdict));
    }
}

// A theory of a size that no simulation has is not forgotten without a word.
void print_lonely(const results::Results& results) {
    for (const results::RouteResult& theory : results.routes) {
        if (!theory.info.theory) continue;
        bool simulated = false;
        bool met = false;
        for (const results::RouteResult& route : results.routes) {
            simulated |= !route.info.theory && route.info.variant == theory.info.variant;
            met |= run::meet(theory.info, route.info);
        }
        if (simulated && !met)
            fmt::print("no comparison: {} is for d = {}, and no simulation has that size\n", theory.info.name,
                       theory.info.d);
    }
}

// An order predicts no number: what is measured is the smallest gap between neighbours.
std::string prediction(const claims::ClaimResult& claim) {
    return claim.quantity->prediction(claim.predicted);
}

void print_claims(const std::vector<claims::ClaimResult>& claims) {
    fmt::print("\n{:<52} {:>12} {:>12} {:>10} {:>10}\n", "claim", "predicted", "measured", "error",
               "allowed");
    for (const claims::ClaimResult& claim : claims)
        fmt::print("{:<52} {:>12} {:>12} {:>10} {:>10}  {}\n", claim.name, prediction(claim),
                   number(claim.measured, "{:.5g}"), number(claim.error), number(claim.allowed),
                   claim.passed ? "holds" : "FAILS");
}

}  // namespace

void print_report(const results::Results& results, const std::vector<run::Judgement>& judgements,
                  const std::vector<claims::ClaimResult>& claims, bool short_form) {
    if (!short_form) {
        fmt::print("{}{}\n\n", results.title,
                   results.paper.empty() ? "" : fmt::format("  ({})", results.paper));
        print_routes(results);
        print_comparisons(judgements, results.grid);
    }
    if (!claims.empty() && !short_form) print_claims(claims);
    if (!short_form) fmt::print("\n");
    for (const run::Judgement& judgement : judgements)
        fmt::print("{}{}\n", judgement.variant.empty() ? "" : judgement.variant + ": ",
                   statistics::sentence(judgement.verdict));
    print_lonely(results);
    if (!claims.empty()) {
        std::size_t holding = 0;
        for (const claims::ClaimResult& claim : claims) holding += claim.passed ? 1 : 0;
        fmt::print("{} of {} claims hold\n", holding, claims.size());
        for (const claims::ClaimResult& claim : claims)
            if (short_form && !claim.passed)
                fmt::print("fails: {}: predicted {}, measured {}\n", claim.name, prediction(claim),
                           number(claim.measured, "{:.5g}"));
    }
}

}  // namespace hidyn::cli
