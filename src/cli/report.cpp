#include "cli/report.hpp"

#include <fmt/format.h>

#include <cmath>

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
            status += fmt::format(" at t = {:.4g}", route.outcome.diverged_at);
            if (info.replicas > 0)
                status += fmt::format(" ({} of {} replicas)", route.outcome.diverged_replicas, info.replicas);
            if (!route.outcome.detail.empty()) status += ": " + route.outcome.detail;
        }
        fmt::print("{:<24} {:<22} {:>11} {:>9} {:>10.3f}  {}\n", info.name,
                   info.method.empty() ? info.kind : fmt::format("{} ({})", info.kind, info.method),
                   info.d > 0 ? fmt::format("{}", info.d) : "infinity",
                   info.replicas > 0 ? fmt::format("{}", info.replicas) : "-", route.wall_seconds, status);
    }
}

void print_comparison(const run::Judgement& judgement, const TimeGrid& grid) {
    const statistics::Verdict& verdict = judgement.verdict;
    fmt::print("\n{}{} against {}\n", judgement.variant.empty() ? "" : judgement.variant + ": ",
               judgement.simulation, judgement.theory);
    fmt::print("  {:<22} {:>12} {:>14} {:>9} {:>8} {:>12}\n", "observable", "d", "max deviation", "at t",
               "max |z|", "chi2/point");
    for (const std::vector<statistics::Comparison>& at_size : verdict.comparisons)
        for (const statistics::Comparison& one : at_size)
            fmt::print("  {:<22} {:>12.0f} {:>14} {:>9} {:>8} {:>12}\n", one.observable, one.d,
                       number(one.max_abs_deviation), number(grid.times[one.max_time], "{:.4g}"),
                       number(one.max_abs_z, "{:.2f}"), number(one.chi2_per_point, "{:.2f}"));
    for (const statistics::LimitFit& fit : verdict.limits)
        fmt::print("  {:<22} {:>12} {:>14} {:>9} {:>8} {:>12}\n", fit.observable, "infinity", "", "",
                   number(fit.max_abs_z, "{:.2f}"), "");
    if (!verdict.falls.empty() && std::isfinite(verdict.falls.back().exponent)) {
        const statistics::DeviationFall& fall = verdict.falls.back();
        fmt::print("  single runs deviate by");
        for (std::size_t size = 0; size < fall.sizes.size(); ++size)
            fmt::print("{} {:.3g} at d = {:.0f}", size == 0 ? "" : ",", fall.deviation[size],
                       fall.sizes[size]);
        fmt::print(" (rms): falling as d^-{:.3f} +- {:.3f}\n", fall.exponent, fall.exponent_error);
    }
}

void print_claims(const std::vector<run::ClaimResult>& claims) {
    fmt::print("\n{:<52} {:>12} {:>12} {:>10}  {}\n", "claim", "predicted", "measured", "error", "");
    for (const run::ClaimResult& claim : claims)
        fmt::print("{:<52} {:>12} {:>12} {:>10}  {}\n", claim.name, number(claim.predicted, "{:.5g}"),
                   number(claim.measured, "{:.5g}"), number(claim.error), claim.passed ? "holds" : "FAILS");
}

}  // namespace

void print_report(const results::Results& results, const std::vector<run::Judgement>& judgements,
                  const std::vector<run::ClaimResult>& claims, bool short_form) {
    if (!short_form) {
        fmt::print("{}{}\n\n", results.title,
                   results.paper.empty() ? "" : fmt::format("  ({})", results.paper));
        print_routes(results);
        for (const run::Judgement& judgement : judgements) print_comparison(judgement, results.grid);
    }
    if (!claims.empty() && !short_form) print_claims(claims);
    if (!short_form) fmt::print("\n");
    for (const run::Judgement& judgement : judgements)
        fmt::print("{}{}\n", judgement.variant.empty() ? "" : judgement.variant + ": ",
                   statistics::sentence(judgement.verdict));
    if (!claims.empty()) {
        std::size_t holding = 0;
        for (const run::ClaimResult& claim : claims) holding += claim.passed ? 1 : 0;
        fmt::print("{} of {} claims hold\n", holding, claims.size());
    }
}

}  // namespace hidyn::cli
