// SPDX-License-Identifier: MIT
#include "run/index.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "run/runner.hpp"

namespace hidyn::run {
namespace {

using experiment::Node;
using experiment::Sweep;
using results::IndexGroup;

/// Whether a double says what it is: not of integers that it would round.
bool is_number(const Node& node) {
    constexpr std::int64_t largest_exact = std::int64_t{1} << 53;
    return node.type == Node::Type::real || (node.type == Node::Type::integer &&
                                             node.integer >= -largest_exact && node.integer <= largest_exact);
}

IndexGroup parameters(const Sweep& sweep, const std::vector<IndexedPoint>& points, const Dimension& point) {
    IndexGroup group{.path = "parameters", .attributes = {}, .arrays = {}, .texts = {}};
    for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis)
        for (const experiment::SweepKey& key : sweep.axes[axis].keys) {
            const bool numbers = std::ranges::all_of(key.values, is_number);
            std::vector<double> values;
            std::vector<std::string> texts;
            for (const IndexedPoint& one : points) {
                const Node& value = key.values[sweep.places(one.point)[axis]];
                if (numbers)
                    values.push_back(value.type == Node::Type::integer ? static_cast<double>(value.integer)
                                                                       : value.real);
                else
                    texts.push_back(value.type == Node::Type::text ? value.text
                                                                   : experiment::value_text(value));
            }
            if (numbers)
                group.arrays.push_back({key.path, {point}, std::move(values), key.path});
            else
                group.texts.push_back({key.path, std::move(texts), key.path});
            // Which keys move together, and in which order the axes stand.
            group.attributes["axis_of_" + key.path] = static_cast<std::int64_t>(axis + 1);
        }
    return group;
}

IndexGroup outcomes(const BatchFolder& folder, const std::vector<IndexedPoint>& points,
                    const Dimension& point) {
    IndexGroup::Texts status{"status", {}, "complete, diverged, not converged, failed or missing"};
    IndexGroup::Texts verdict{"verdict", {}, "the worst verdict of theory against simulation"};
    IndexGroup::Texts file{"file", {}, "the point's results file"};
    IndexGroup::Texts detail{"detail", {}, "why a point failed"};
    results::DerivedArray p_value{"p_value", {point}, {}, "the smallest p-value"};
    results::DerivedArray claims{"claims", {point}, {}, "claims checked"};
    results::DerivedArray hold{"claims_hold", {point}, {}, "claims that hold"};
    results::DerivedArray seconds{"wall_seconds", {point}, {}, "time its routes took"};
    for (const IndexedPoint& one : points) {
        const Findings& found = one.summary.findings;
        status.values.emplace_back(state_name(one.summary.state));
        verdict.values.emplace_back(found.worst ? statistics::outcome_name(*found.worst) : "");
        file.values.push_back("points/" + folder.file_name(one.point));
        detail.values.push_back(one.summary.detail);
        p_value.values.push_back(found.p_value);
        claims.values.push_back(static_cast<double>(found.claims));
        hold.values.push_back(static_cast<double>(found.claims_hold));
        seconds.values.push_back(one.summary.wall_seconds);
    }
    return {.path = "",
            .attributes = {},
            .arrays = {std::move(p_value), std::move(claims), std::move(hold), std::move(seconds)},
            .texts = {std::move(status), std::move(verdict), std::move(file), std::move(detail)}};
}

/// One group per label, or per size of a label that has several sizes at some point. An observable whose
/// shape differs from point to point is left out.
std::vector<IndexGroup> headlines(const std::vector<IndexedPoint>& points, const Dimension& point) {
    struct Column {
        Observable observable;
        std::vector<double> values, errors;
        bool same_shape = true;
    };
    std::set<std::string> of_several_sizes;
    for (const IndexedPoint& one : points)
        for (const Headline& headline : one.summary.headlines)
            if (headline.one_of_several_sizes) of_several_sizes.insert(headline.label);
    const auto name_of = [&](const Headline& headline) {
        return of_several_sizes.contains(headline.label) ? headline.route : headline.label;
    };
    std::vector<const Headline*> routes;  // the first of each
    std::map<std::string, std::vector<std::string>> order;
    std::map<std::pair<std::string, std::string>, Column> columns;
    std::map<std::string, std::vector<double>> remaining;
    for (std::size_t row = 0; row < points.size(); ++row)
        for (const Headline& headline : points[row].summary.headlines) {
            const std::string& name = headline.observable.name;
            const auto [found, fresh] = columns.try_emplace({name_of(headline), name});
            Column& column = found->second;
            auto& left = remaining.try_emplace(name_of(headline), points.size(), std::nan("")).first->second;
            left[row] = headline.remaining;
            if (fresh) {
                if (!order.contains(name_of(headline))) routes.push_back(&headline);
                order[name_of(headline)].push_back(name);
                column.observable = headline.observable;
                column.values.assign(points.size() * headline.values.size(), std::nan(""));
                column.errors = column.values;
            }
            column.same_shape =
                column.same_shape && column.observable.dimensions == headline.observable.dimensions;
            if (!column.same_shape) continue;
            const auto first = static_cast<std::ptrdiff_t>(row * headline.values.size());
            std::ranges::copy(headline.values, column.values.begin() + first);
            std::ranges::copy(headline.errors, column.errors.begin() + first);
        }
    std::vector<IndexGroup> groups;
    for (const Headline* route : routes) {
        const std::string route_name = name_of(*route);
        IndexGroup group{.path = "routes/" + route_name,
                         .attributes = {{"kind", route->kind},
                                        {"side", std::string(route->theory ? "theory" : "simulation")}},
                         .arrays = {},
                         .texts = {}};
        if (route->one_of_several_sizes) {
            group.attributes["family"] = route->label;
            group.attributes["d"] = static_cast<std::int64_t>(route->d);
        }
        if (!route->theory)
            group.arrays.push_back(
                {"remaining", {point}, remaining[route_name], "share of the replicas that did not diverge"});
        for (const std::string& name : order[route_name]) {
            Column& column = columns[{route_name, name}];
            if (!column.same_shape) continue;
            std::vector<Dimension> dimensions{point};
            std::ranges::copy(column.observable.dimensions, std::back_inserter(dimensions));
            const std::string& long_name = column.observable.long_name;
            group.attributes["symbol_of_" + name] = column.observable.symbol;
            group.arrays.push_back({name, dimensions, std::move(column.values), long_name});
            group.arrays.push_back(
                {name + "_error", dimensions, std::move(column.errors), "error of " + long_name});
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

}  // namespace

results::Index make_index(const Sweep& sweep, const BatchFolder& folder,
                          const std::vector<IndexedPoint>& points) {
    results::Results record;
    stamp("", record);
    results::Index index;
    const Node* title = sweep.document.find("title");
    index.attributes = {{"title", title != nullptr ? title->text : ""},
                        {"experiment", sweep.text},
                        {"created", record.created},
                        {"hidyn_version", record.version},
                        {"git_revision", record.git_revision},
                        {"points", static_cast<std::int64_t>(sweep.points())}};
    for (const IndexedPoint& one : points) index.numbers.push_back(static_cast<double>(one.point + 1));
    const Dimension point{.name = "point", .size = points.size(), .coordinates = index.numbers};
    index.groups.push_back(outcomes(folder, points, point));
    index.groups.push_back(parameters(sweep, points, point));
    for (IndexGroup& group : headlines(points, point)) index.groups.push_back(std::move(group));
    return index;
}

}  // namespace hidyn::run
