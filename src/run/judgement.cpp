// SPDX-License-Identifier: MIT
#include "run/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace hidyn::run {
namespace {

using results::DerivedGroup;
using results::Results;
using results::RouteResult;

std::vector<Dimension> with_time(const Results& results, const Observable& observable) {
    std::vector<Dimension> dimensions{{"time", results.grid.size()}};
    dimensions.insert(dimensions.end(), observable.dimensions.begin(), observable.dimensions.end());
    return dimensions;
}

const Observable& observable_of(const Results& results, const std::string& variant, const std::string& name) {
    for (const RouteResult& route : results.routes)
        if (const Series* series = route.trajectory.find(name);
            route.info.variant == variant && series != nullptr && !series->observable.own)
            return series->observable;
    throw std::logic_error("no route holds " + name);
}

std::string in_variant(const std::string& variant, const std::string& label) {
    return variant.empty() ? label : variant + "." + label;
}

std::string of_size(const std::string& simulation, double d) {
    return d == statistics::without_size ? simulation : fmt::format("{}-d{:.0f}", simulation, d);
}

}  // namespace

bool meet(const RouteInfo& theory, const RouteInfo& simulation) {
    return theory.theory && !simulation.theory && simulation.variant == theory.variant &&
           (theory.d == 0 || theory.d == simulation.d);
}

std::vector<Judgement> judge(const Results& results) {
    std::vector<Judgement> judgements;
    for (const RouteResult& theory : results.routes) {
        if (!theory.info.theory) continue;
        // Of several such each has verdicts of its own.
        const auto alike = std::ranges::count_if(results.routes, [&theory](const RouteResult& other) {
            return other.info.theory && other.info.variant == theory.info.variant &&
                   other.info.label == theory.info.label;
        });
        const std::string name =
            alike > 1 ? of_size(theory.info.label, static_cast<double>(theory.info.d)) : theory.info.label;
        std::vector<std::string> labels;
        for (const RouteResult& route : results.routes)
            if (meet(theory.info, route.info) && std::ranges::find(labels, route.info.label) == labels.end())
                labels.push_back(route.info.label);
        for (const std::string& label : labels) {
            std::vector<statistics::SimulationRun> sizes;
            for (const RouteResult& route : results.routes)
                if (meet(theory.info, route.info) && route.info.label == label)
                    sizes.push_back(
                        {route.info.name,
                         route.info.d > 0 ? static_cast<double>(route.info.d) : statistics::without_size,
                         &route.trajectory});
            std::ranges::sort(sizes, {}, &statistics::SimulationRun::d);
            const statistics::VerdictOptions options{.finite_size = theory.info.exact_at_d ? 0.0 : 1.0};
            judgements.push_back(
                {theory.info.variant, label, name,
                 statistics::judge(sizes, {theory.info.name, &theory.trajectory}, results.grid, options)});
        }
    }
    return judgements;
}

void store(const std::vector<Judgement>& judgements, Results& results) {
    for (const Judgement& judgement : judgements) {
        const statistics::Verdict& verdict = judgement.verdict;
        const std::string theory = in_variant(judgement.variant, judgement.theory);
        const std::string simulation = in_variant(judgement.variant, judgement.simulation);
        for (const std::vector<statistics::Comparison>& at_size : verdict.comparisons)
            for (const statistics::Comparison& comparison : at_size) {
                const Observable& what = observable_of(results, judgement.variant, comparison.observable);
                const std::vector<Dimension> dimensions = with_time(results, what);
                results.derived.push_back(
                    {.path = fmt::format("comparisons/{}~{}/{}", of_size(simulation, comparison.d), theory,
                                         what.name),
                     .attributes = {{"max_abs_deviation", comparison.max_abs_deviation},
                                    {"max_abs_z", comparison.max_abs_z},
                                    {"chi2_per_point", comparison.chi2_per_point},
                                    {"d", comparison.d}},
                     .arrays = {
                         {"mean", dimensions, comparison.mean, "mean over replicas of " + what.long_name},
                         {"standard_error", dimensions, comparison.standard_error,
                          "standard error of the mean"},
                         {"deviation", dimensions, comparison.deviation, "mean minus theory"},
                         {"z", dimensions, comparison.z, "deviation in standard errors"}}});
            }
        DerivedGroup summary{
            .path = fmt::format("scaling/{}~{}", simulation, theory),
            .attributes = {{"outcome", std::string(statistics::outcome_name(verdict.outcome))},
                           {"sentence", statistics::sentence(verdict)},
                           {"level", verdict.level},
                           {"p_value", verdict.p_value},
                           {"fit_p_value", verdict.fit_p_value}},
            .arrays = {}};
        if (!verdict.falls.empty()) {
            summary.attributes["exponent"] = verdict.falls.back().exponent;
            summary.attributes["exponent_error"] = verdict.falls.back().exponent_error;
        }
        results.derived.push_back(std::move(summary));
        for (const statistics::LimitFit& fit : verdict.limits) {
            const Observable& what = observable_of(results, judgement.variant, fit.observable);
            const std::vector<Dimension> dimensions = with_time(results, what);
            results.derived.push_back(
                {.path = fmt::format("scaling/{}~{}/{}", simulation, theory, what.name),
                 .attributes = {{"max_abs_z", fit.max_abs_z}, {"curvature_chi2", fit.curvature_chi2}},
                 .arrays = {{"limit", dimensions, fit.limit, "limit d -> infinity of " + what.long_name},
                            {"limit_error", dimensions, fit.limit_error, "standard error of the limit"},
                            {"slope", dimensions, fit.slope, "coefficient of 1/d"},
                            {"z", dimensions, fit.z, "limit minus theory in standard errors"}}});
        }
    }
}

}  // namespace hidyn::run
