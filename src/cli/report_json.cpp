// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/report.hpp"

namespace hidyn::cli {
namespace {

using nlohmann::ordered_json;

ordered_json route_json(const results::RouteResult& route) {
    ordered_json json{{"name", route.info.name},
                      {"kind", route.info.kind},
                      {"method", route.info.method},
                      {"variant", route.info.variant},
                      {"theory", route.info.theory},
                      {"replicas", route.info.replicas},
                      {"status", status_name(route.outcome.status)},
                      {"wall_seconds", route.wall_seconds}};
    if (route.info.d > 0) json["d"] = route.info.d;
    if (route.outcome.status != Status::complete) {
        json["diverged_at"] = route.outcome.diverged_at;
        json["diverged_replicas"] = route.outcome.diverged_replicas;
        json["failed_replicas"] = route.outcome.failed_replicas;
        json["detail"] = route.outcome.detail;
    }
    return json;
}

ordered_json verdict_json(const run::Judgement& judgement, const TimeGrid& grid) {
    const statistics::Verdict& verdict = judgement.verdict;
    ordered_json json{{"variant", judgement.variant},
                      {"simulation", judgement.simulation},
                      {"theory", judgement.theory},
                      {"outcome", statistics::outcome_name(verdict.outcome)},
                      {"level", verdict.level},
                      {"p_value", verdict.p_value},
                      {"mean_p_value", verdict.mean_p_value},
                      {"variance_p_value", verdict.variance_p_value},
                      {"fit_p_value", verdict.fit_p_value},
                      {"sentence", statistics::sentence(verdict)},
                      {"largest",
                       {{"observable", verdict.largest.observable},
                        {"component", verdict.largest.component},
                        {"time", verdict.largest.time},
                        {"simulation", verdict.largest.simulation},
                        {"theory", verdict.largest.theory},
                        {"z", verdict.largest.z}}}};
    for (const char* part : {"comparisons", "limits", "deviation_falls"}) json[part] = ordered_json::array();
    for (const auto& at_size : verdict.comparisons)
        for (const statistics::Comparison& one : at_size)
            json["comparisons"].push_back({{"observable", one.observable},
                                           {"d", one.d},
                                           {"max_abs_deviation", one.max_abs_deviation},
                                           {"at", grid.times[one.max_time]},
                                           {"max_abs_z", one.max_abs_z},
                                           {"chi2_per_point", one.chi2_per_point}});
    for (const statistics::LimitFit& fit : verdict.limits)
        json["limits"].push_back({{"observable", fit.observable},
                                  {"max_abs_z", fit.max_abs_z},
                                  {"curvature_chi2", fit.curvature_chi2}});
    for (const statistics::DeviationFall& fall : verdict.falls)
        json["deviation_falls"].push_back({{"observable", fall.observable},
                                           {"sizes", fall.sizes},
                                           {"deviation", fall.deviation},
                                           {"exponent", fall.exponent},
                                           {"exponent_error", fall.exponent_error}});
    return json;
}

}  // namespace

void print_json(const results::Results& results, const std::vector<run::Judgement>& judgements,
                const std::vector<claims::ClaimResult>& claims) {
    ordered_json json{{"title", results.title}, {"paper", results.paper}};
    json["routes"] = ordered_json::array();
    json["verdicts"] = ordered_json::array();
    json["claims"] = ordered_json::array();
    for (const results::RouteResult& route : results.routes) json["routes"].push_back(route_json(route));
    for (const run::Judgement& judgement : judgements)
        json["verdicts"].push_back(verdict_json(judgement, results.grid));
    for (const claims::ClaimResult& claim : claims)
        json["claims"].push_back({{"name", claim.name},
                                  {"route", claim.route},
                                  {"predicted", claim.predicted},
                                  {"measured", claim.measured},
                                  {"error", claim.error},
                                  {"passed", claim.passed},
                                  {"source", claim.source}});
    fmt::print("{}\n", json.dump(2, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace hidyn::cli
