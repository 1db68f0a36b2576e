// SPDX-License-Identifier: MIT
#include "run/point_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace hidyn::run {
namespace {

std::string verdict_cell(const PointSummary& summary) {
    if (!summary.detail.empty()) return summary.detail;
    if (!summary.findings.worst) return "";
    return fmt::format("{} (p = {:.2g})", statistics::outcome_name(*summary.findings.worst),
                       summary.findings.p_value);
}

// A number of a range in as many digits as a table needs.
std::string cell(const experiment::Node& value) {
    return value.type == experiment::Node::Type::real ? fmt::format("{:.6g}", value.real)
                                                      : experiment::spell(value);
}

}  // namespace

std::string table(const experiment::Sweep& sweep, const Summaries& summaries) {
    constexpr std::size_t longest = 100;
    std::vector<std::vector<std::string>> rows{{"number"}};
    for (const experiment::SweepAxis& axis : sweep.axes)
        for (const experiment::SweepKey& key : axis.keys) rows.front().push_back(sweep.short_name(key.path));
    for (const char* title : {"status", "seconds", "claims", "verdict"}) rows.front().emplace_back(title);
    for (const auto& [point, one] : summaries) {
        const Findings& found = one.findings;
        if (summaries.size() > longest && one.state == PointState::complete &&
            found.worst != statistics::Outcome::disagrees && found.claims_hold == found.claims)
            continue;
        std::vector<std::string>& row = rows.emplace_back();
        row.push_back(fmt::format("{}", point + 1));
        const std::vector<std::size_t> places = sweep.places(point);
        for (std::size_t axis = 0; axis < places.size(); ++axis)
            for (const experiment::SweepKey& key : sweep.axes[axis].keys)
                row.push_back(cell(key.values[places[axis]]));
        row.emplace_back(state_name(one.state));
        row.push_back(one.done() ? fmt::format("{:.3g}", one.wall_seconds) : "-");
        row.push_back(found.claims > 0 ? fmt::format("{}/{}", found.claims_hold, found.claims) : "-");
        row.push_back(verdict_cell(one));
    }
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const std::vector<std::string>& row : rows)
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], row[column].size());
    std::string text;
    for (const std::vector<std::string>& row : rows) {
        for (std::size_t column = 0; column + 1 < row.size(); ++column)
            text += fmt::format("{:>{}}  ", row[column], widths[column]);
        text += row.back() + "\n";
    }
    if (const std::size_t left_out = summaries.size() + 1 - rows.size(); left_out > 0)
        text += fmt::format("{} points that are complete are not shown\n", left_out);
    return text;
}

BatchCounts count(const Summaries& summaries) {
    BatchCounts counts;
    for (const auto& [point, summary] : summaries) {
        const Findings& found = summary.findings;
        ++counts.states[summary.state];
        if (found.worst) ++counts.verdicts[*found.worst];
        counts.all_claims_hold = counts.all_claims_hold && found.claims_hold == found.claims;
    }
    return counts;
}

std::string BatchCounts::text() const {
    // In the order of the words, as a reader looks for them.
    std::map<std::string, std::size_t> words, outcomes;
    for (const auto& [state, points] : states) words[state_name(state)] = points;
    for (const auto& [outcome, points] : verdicts) outcomes[statistics::outcome_name(outcome)] = points;
    std::string text;
    for (const auto* one : {&words, &outcomes})
        for (const auto& [word, points] : *one)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", points, word);
    return text;
}

std::size_t BatchCounts::unsolved() const {
    std::size_t sum = 0;
    for (const PointState state : {PointState::failed, PointState::missing})
        if (const auto found = states.find(state); found != states.end()) sum += found->second;
    return sum;
}

}  // namespace hidyn::run
